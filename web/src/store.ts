// What the page knows, kept true: the event stream says when to look, the answers say what there is. When the daemon is
// gone it is asked again with growing pauses, and the stream goes on where it broke.
import {
  ask, look, readEvents, Refused, setToken,
  type CardHistory, type Job, type Kind, type Status, type StreamEvent, type TimelineRow, type Trouble, type Window,
} from "./wire";
import { isBusy } from "./words";

export interface Note {
  id: number;
  text: string;
  isBad: boolean;
}

export type Link = "connecting" | "live" | "lost" | "locked";

const pauseFirst = 500;
const pauseLongest = 10_000;
const silenceLongest = 40_000; // The daemon says something every 15 s.
const timelineLongest = 200;
const confirmLimit = 20_000;
const historyKept = 3000;

export class Store {
  link: Link = "connecting";
  lostAt = 0;
  retryAt = 0;
  wrongToken = false;
  status: Status | null = null;
  clockAhead = 0; // Of the daemon's clock, in ms.
  kinds: Kind[] = [];
  jobs: Job[] = [];
  windows: Window[] = [];
  history: CardHistory[] = [];
  troubles: Trouble[] = [];
  timeline: TimelineRow[] = [];
  notes: Note[] = [];
  pending = new Set<string>();

  private lastId = "";
  private pause = pauseFirst;
  private listeners = new Set<() => void>();
  private stopStream: AbortController | null = null;
  private wakeStream: (() => void) | null = null;
  private wanted = new Set<string>();
  private isLooking = false;
  private noteId = 0;
  private timer = 0;
  private historyAt = 0;

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  now(): number {
    return Date.now() + this.clockAhead;
  }

  start(): void {
    void this.follow();
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.hurry();
    });
    addEventListener("online", () => this.hurry());
    this.tick();
  }

  unlock(token: string): void {
    setToken(token);
    this.wrongToken = false;
    this.set("connecting");
    this.hurry();
  }

  // Tries again at once.
  hurry(): void {
    this.pause = pauseFirst;
    this.wakeStream?.();
  }

  note(text: string, isBad = false): void {
    const note = { id: ++this.noteId, text, isBad };
    this.notes = [...this.notes.slice(-2), note];
    this.changed();
    setTimeout(() => this.drop(note.id), isBad ? 12_000 : 6_000);
  }

  drop(id: number): void {
    this.notes = this.notes.filter((note) => note.id !== id);
    this.changed();
  }

  // Asks for something and waits until it is seen to be so. `name` is busy meanwhile.
  async act(name: string, request: () => Promise<unknown>, isDone: () => boolean, done: string): Promise<boolean> {
    if (this.pending.has(name)) return false;
    this.pending.add(name);
    this.changed();
    try {
      await request();
      const isSo = await this.until(isDone, confirmLimit);
      this.note(isSo ? done : "It was taken, but nothing has changed yet. She may be in the middle of something.", !isSo);
      return isSo;
    } catch (error) {
      this.note(sayError(error), true);
      return false;
    } finally {
      this.pending.delete(name);
      this.changed();
    }
  }

  private until(isDone: () => boolean, limit: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (answer: boolean) => {
        clearTimeout(timer);
        clearInterval(asking);
        forget();
        resolve(answer);
      };
      const timer = setTimeout(() => end(false), limit);
      const asking = setInterval(() => this.want("status", "jobs"), 700);
      const forget = this.subscribe(() => isDone() && end(true));
      this.want("status", "jobs");
    });
  }

  private set(link: Link): void {
    if (link === "lost" && this.link !== "lost") this.lostAt = Date.now();
    this.link = link;
    this.changed();
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }

  private async follow(): Promise<void> {
    for (;;) {
      this.stopStream = new AbortController();
      const { signal } = this.stopStream;
      let watchdog = 0;
      const onLife = () => {
        clearTimeout(watchdog);
        watchdog = window.setTimeout(() => this.stopStream?.abort(), silenceLongest);
      };
      try {
        onLife();
        await readEvents("/v1/events?limit=60", this.lastId, signal, () => this.opened(), (e) => this.take(e), onLife);
        this.set("lost");
      } catch (error) {
        const isLocked = error instanceof Refused && error.status === 401;
        this.wrongToken = isLocked && this.link !== "locked" && this.wasUnlocked();
        this.set(isLocked ? "locked" : "lost");
      }
      clearTimeout(watchdog);
      await this.sleep();
    }
  }

  private wasUnlocked(): boolean {
    return sessionStorage.length > 0;
  }

  private sleep(): Promise<void> {
    const length = this.link === "locked" ? 2 ** 31 - 1 : this.pause * (0.8 + 0.4 * Math.random());
    this.retryAt = Date.now() + length;
    this.pause = Math.min(this.pause * 2, pauseLongest);
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.wakeStream = null;
        resolve();
      };
      const timer = setTimeout(wake, length);
      this.wakeStream = wake;
    });
  }

  private opened(): void {
    const wasLost = this.link === "lost" && this.status !== null;
    this.pause = pauseFirst;
    this.set("live");
    if (wasLost) this.note("She is back. Nothing of the timeline was missed.");
    this.want("status", "kinds", "jobs", "windows", "history");
  }

  private take(event: StreamEvent): void {
    if (event.id) this.lastId = event.id;
    if (event.event === "timeline") {
      const row = JSON.parse(event.data) as TimelineRow;
      // Ids that start anew are of another ledger.
      const known = this.timeline.filter((one) => one.id < row.id);
      this.timeline = [...known, row].slice(-timelineLongest);
      this.want("jobs", "windows", "history");
      this.changed();
    }
    this.want("status");
  }

  // Looks soon; what is asked for meanwhile is looked at afterwards, once.
  private want(...parts: string[]): void {
    for (const part of parts) this.wanted.add(part);
    if (!this.isLooking) void this.lookAround();
  }

  private async lookAround(): Promise<void> {
    this.isLooking = true;
    while (this.wanted.size > 0 && this.link === "live") {
      const parts = [...this.wanted];
      this.wanted.clear();
      try {
        await Promise.all(parts.map((part) => this.lookAt(part)));
        this.changed();
      } catch (error) {
        // The stream notices by itself when the daemon is gone.
        if (error instanceof Refused) this.note(error.message, true);
        break;
      }
    }
    this.isLooking = false;
  }

  private async lookAt(part: string): Promise<void> {
    if (part === "status") {
      const before = this.status;
      this.status = await look<Status>("/v1/status");
      if (before && standings(before) !== standings(this.status)) this.wanted.add("history");
      this.clockAhead = Date.parse(this.status.now) - Date.now();
    } else if (part === "kinds") {
      this.kinds = (await look<{ kinds: Kind[] }>("/v1/kinds")).kinds;
    } else if (part === "jobs") {
      this.jobs = (await look<{ jobs: Job[] }>("/v1/jobs?limit=60")).jobs;
    } else if (part === "windows") {
      this.windows = (await look<{ windows: Window[] }>("/v1/windows?limit=100")).windows;
    } else {
      await this.lookBack();
    }
  }

  private async lookBack(): Promise<void> {
    const newest = Math.max(0, ...this.history.map((card) => card.at_ms[card.at_ms.length - 1] ?? 0));
    const found = await look<{ cards: CardHistory[]; troubles: Trouble[] }>(`/v1/history?after_ms=${newest}`);
    this.historyAt = Date.now();
    this.troubles = found.troubles;
    this.history = found.cards.map((card) => {
      const known = this.history.find((one) => one.name === card.name);
      if (!known || known.mib.length !== card.mib.length) return card;
      return {
        ...card,
        at_ms: [...known.at_ms, ...card.at_ms].slice(-historyKept),
        mib: card.mib.map((column, i) => [...known.mib[i], ...column].slice(-historyKept)),
      };
    });
  }

  // The stream tells of changes; progress is nothing but numbers, so it is looked at.
  private tick(): void {
    clearTimeout(this.timer);
    const moves = this.status !== null && (isBusy(this.status) || this.status.queue.length > 0);
    if (this.link === "live" && !document.hidden) {
      this.want("status");
      if (Date.now() - this.historyAt > (moves ? 3_000 : 30_000)) this.want("history");
    }
    this.changed();
    this.timer = window.setTimeout(() => this.tick(), moves || this.link !== "live" ? 1_000 : 5_000);
  }
}

function standings(status: Status): string {
  return status.senses.map((sense) => sense.state).join();
}

export function sayError(error: unknown): string {
  if (error instanceof Refused) return error.message.charAt(0).toUpperCase() + error.message.slice(1);
  return "The daemon did not answer; nothing is known to have changed.";
}

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `page-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export { ask };
