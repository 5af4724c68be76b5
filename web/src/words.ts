// How things are said: amounts, lengths of time, and the one sentence at the top.
import type { Job, Kind, QueuedJob, Status, Window } from "./wire";

export function size(bytes: number): string {
  const gib = bytes / 2 ** 30;
  if (gib >= 0.95) return `${gib < 10 ? gib.toFixed(1).replace(/\.0$/, "") : Math.round(gib * 10) / 10} GiB`;
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return whole % 60 && whole < 600 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${Math.round(whole / 60)} min`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

// A guess is not said to the second.
export function about(seconds: number): string {
  if (seconds < 20) return `about ${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5} s`;
  return `about ${Math.round(seconds / 60)} min`;
}

export function clock(moment: string | number, withSeconds = false): string {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (withSeconds) options.second = "2-digit";
  return new Intl.DateTimeFormat(undefined, options).format(new Date(moment));
}

export function when(moment: string): string {
  const date = new Date(moment);
  const isToday = date.toDateString() === new Date().toDateString();
  const day = isToday ? "" : `${new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" }).format(date)}, `;
  return day + clock(moment);
}

export function list(names: string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

// "taking your photo, back in a sec" without its promise.
function deed(kinds: Kind[], job: Job): string {
  const line = kinds.find((kind) => kind.name === job.kind)?.status_line ?? `rendering a ${job.kind}`;
  return line.replace(/[,;.\s]*\bback\b.*$/i, "") || `rendering a ${job.kind}`;
}

function atWork(status: Status): QueuedJob | undefined {
  return status.queue.find((job) => job.state === "rendering");
}

function openWindow(status: Status): Window | undefined {
  return status.windows.find((window) => window.phase !== "closed");
}

// `said` is what a screen reader hears: the same without the seconds, so that it speaks when something changes and not
// all the time.
export function sentence(status: Status, kinds: Kind[]): { shown: string; said: string } {
  const window = openWindow(status);
  const job = atWork(status);
  const back = status.back_in_s === null ? "back in a bit" : `back in ${about(status.back_in_s)}`;
  if (status.glow === "red") {
    const gone = status.senses.filter((sense) => ["missing", "failing", "unknown", "loading"].includes(sense.state));
    const names = gone.map((sense) => sense.name);
    const one = capital(`${list(names)} ${names.length === 1 ? "is" : "are"} missing`);
    return { shown: one, said: one };
  }
  const next = job ?? status.queue.find((one) => one.state === "queued");
  if (window && (!next || window.phase === "releasing" || window.phase === "returning")) {
    const away = status.senses.filter((sense) => sense.state !== "ready").map((sense) => sense.name);
    const coming = away.length ? `${capital(list(away))} on the way` : "Nearly there";
    return { shown: `${coming}, ${back}`, said: "On the way back" };
  }
  if (window && next) {
    const doing = capital(deed(kinds, next));
    return { shown: `${doing}, ${back}`, said: `${doing}, back soon` };
  }
  if (job) {
    const doing = capital(deed(kinds, job));
    return { shown: `${doing}, still all here`, said: `${doing}, still all here` };
  }
  if (status.glow === "amber") return { shown: capital(status.line), said: capital(status.line) };
  return { shown: "All here", said: "All here" };
}

export function isBusy(status: Status): boolean {
  return status.windows.length > 0 || Boolean(atWork(status)) || status.glow !== "green";
}

// Seconds that a sense was away since midnight here.
export function awayToday(windows: Window[], sense: string, now: number): number {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  let total = 0;
  for (const window of windows) {
    for (const leave of window.leaves) {
      if (leave.sense !== sense) continue;
      const from = Math.max(Date.parse(leave.since), midnight.getTime());
      const to = leave.back_at ? Date.parse(leave.back_at) : window.closed_at ? Date.parse(window.closed_at) : now;
      total += Math.max(0, to - from);
    }
  }
  return total / 1000;
}
