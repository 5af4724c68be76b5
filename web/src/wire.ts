// What the daemon says and takes, over REST and its event stream. The token, if it wants one, lives as long as the tab.

export type Glow = "green" | "amber" | "red";

export interface Sense {
  name: string;
  state: "ready" | "away" | "unloading" | "loading" | "missing" | "failing" | "unknown";
  why: string;
  progress: number;
  model: string;
  footprint_bytes: number; // As it counts now: pinned, measured or configured.
  configured_bytes: number;
  evictable: boolean;
  away: { window: number; since: string; deadline: string } | null;
}

export interface Media {
  type: "photo" | "video" | "document";
  width: number;
  height: number;
  duration_ms: number;
  href: string;
  thumbnail: string | null;
}

export interface Job {
  id: string;
  kind: string;
  prompt: string;
  params: Record<string, string>;
  state: "queued" | "rendering" | "rendered" | "delivered" | "failed" | "cancelled";
  reason: string;
  created_at: string;
  started_at: string | null;
  rendered_at: string | null;
  ended_at: string | null;
  media: Media | null;
}

export interface QueuedJob extends Job {
  waits: string;
  position: number | null;
  progress: number;
  estimate_s: number | null;
}

export interface Leave {
  sense: string;
  since: string;
  back_at: string | null;
}

export interface Window {
  id: number;
  card: string;
  phase: "making_room" | "rendering" | "releasing" | "returning" | "closed";
  evicted: string[];
  leaves: Leave[];
  opened_at: string;
  closed_at: string | null;
}

export interface CardPart {
  kind: "sense" | "renderer" | "other" | "free";
  name: string;
  bytes: number;
}

export interface Card {
  name: string;
  total_bytes: number | null;
  free_bytes: number | null;
  parts: CardPart[];
  error: string | null;
}

export interface Status {
  glow: Glow;
  line: string;
  back_in_s: number | null;
  senses: Sense[];
  windows: Window[];
  queue: QueuedJob[];
  cards: Card[];
  swap: { enabled: boolean; hold_until: string | null };
  presence: { turns: number; quiet_since: string };
  started_at: string;
  now: string;
  version: string;
}

export interface Kind {
  name: string;
  media: "photo" | "video";
  need_bytes: number; // Of its usual size, as it counts now.
  configured_bytes: number;
  status_line: string;
  prompt_bytes_max: number;
  params: Record<string, string>;
}

export interface CardHistory {
  name: string;
  parts: { name: string; kind: CardPart["kind"] }[];
  at_ms: number[];
  mib: number[][];
}

export interface Trouble {
  sense: string;
  at: string;
  why: string;
}

export interface TimelineRow {
  id: number;
  at: string;
  kind: string;
  subject: string;
  text: string;
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

const tokenName = "malin.token";
const answerLimit = 15_000;

export function setToken(token: string): void {
  sessionStorage.setItem(tokenName, token);
}

function headers(more: Record<string, string> = {}): Record<string, string> {
  const token = sessionStorage.getItem(tokenName);
  return token ? { ...more, Authorization: `Bearer ${token}` } : more;
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  let detail = `the daemon answers ${response.status}`;
  try {
    detail = ((await response.json()) as { detail?: string }).detail ?? detail;
  } catch {
    // An answer that is no problem document says no more than its status.
  }
  throw new Refused(response.status, detail);
}

export async function ask(method: string, path: string, body?: unknown): Promise<Response> {
  const given = body === undefined ? {} : { body: JSON.stringify(body) };
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), answerLimit);
  try {
    const sent = headers(body === undefined ? {} : { "Content-Type": "application/json" });
    return await checked(await fetch(path, { method, headers: sent, signal: end.signal, cache: "no-store", ...given }));
  } finally {
    clearTimeout(timer);
  }
}

export async function look<T>(path: string): Promise<T> {
  return (await (await ask("GET", path)).json()) as T;
}

// A picture or film as an address of this page; null: there is none yet. Whoever takes it gives it back.
export async function fetchBlob(path: string): Promise<string | null> {
  const response = await checked(await fetch(path, { headers: headers() }));
  return response.status === 204 ? null : URL.createObjectURL(await response.blob());
}

export interface StreamEvent {
  event: string;
  data: string;
  id: string;
}

// Server-sent events, as the standard has them. EventSource itself cannot send a token.
export async function readEvents(
  path: string,
  lastId: string,
  signal: AbortSignal,
  onOpen: () => void,
  onEvent: (event: StreamEvent) => void,
  onLife: () => void,
): Promise<void> {
  const more = lastId ? { "Last-Event-ID": lastId } : undefined;
  const response = await checked(await fetch(path, { headers: headers(more), signal, cache: "no-store" }));
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  onOpen();
  let rest = "";
  let event: StreamEvent = { event: "", data: "", id: lastId };
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    onLife();
    const lines = (rest + value).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (line === "") {
        if (event.data) onEvent(event);
        event = { event: "", data: "", id: event.id };
        continue;
      }
      const colon = line.indexOf(":");
      const name = colon < 0 ? line : line.slice(0, colon);
      const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "event") event.event = text;
      else if (name === "id") event.id = text;
      else if (name === "data") event.data += (event.data ? "\n" : "") + text;
    }
  }
}
