// The whole page, in the order in which people look.
import { useEffect, useReducer, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";

import { Ask } from "./ask";
import { CardBar } from "./card";
import { Chart } from "./chart";
import { Eyes } from "./eyes";
import { Gallery } from "./gallery";
import { Queue } from "./queue";
import { Senses } from "./senses";
import type { Store } from "./store";
import { ask } from "./wire";
import { capital, clock, plural, sentence, size, span } from "./words";

function Section({ title, id, children }: { title: string; id: string; children: ComponentChildren }) {
  return (
    <section class={`sheet ${id}`} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

function Gate({ store }: { store: Store }) {
  const [token, setToken] = useState("");
  const unlock = (event: Event) => {
    event.preventDefault();
    if (token) store.unlock(token);
  };
  return (
    <form class="sheet gate" onSubmit={unlock}>
      <h1>Who is there?</h1>
      <p class="soft">This daemon wants its token: the one of [api] in malin.toml. It is kept until this tab is closed.</p>
      <label>
        Token
        <input type="password" name="token" autocomplete="current-password" value={token} autofocus
          aria-invalid={store.wrongToken} onInput={(event) => setToken(event.currentTarget.value)} />
      </label>
      {store.wrongToken && <p role="alert" class="bad">That is not the token.</p>}
      <button type="submit" class="primary">Come in</button>
    </form>
  );
}

function Lost({ store }: { store: Store }) {
  const wait = Math.max(0, Math.round((store.retryAt - Date.now()) / 1000));
  return (
    <p class="lost" role="alert">
      <span>
        {store.status ? `The daemon does not answer since ${clock(store.lostAt, true)}. ` : "The daemon does not answer. "}
        <span aria-hidden="true">{wait > 0 ? `Trying again in ${wait} s.` : "Trying again…"}</span>
      </span>
      <button type="button" class="quiet" onClick={() => store.hurry()}>Now</button>
    </p>
  );
}

function headline(store: Store): { shown: string; said: string } {
  if (store.link === "lost") return { shown: "Nobody answers", said: "Nobody answers" };
  if (!store.status) return { shown: "Looking…", said: "" };
  return sentence(store.status, store.kinds);
}

function subline(store: Store): string {
  const status = store.status!;
  const line = capital(status.line);
  const parts = line === headline(store).shown ? [] : [line];
  const waiting = status.queue.filter((job) => job.state === "queued").length;
  if (waiting) parts.push(`${plural(waiting, "job waits", "jobs wait")}`);
  if (status.presence.turns > 0) parts.push("she is talking");
  else if (status.glow === "green") parts.push(`quiet for ${span((store.now() - Date.parse(status.presence.quiet_since)) / 1000)}`);
  return parts.join(" · ");
}

function Swap({ store }: { store: Store }) {
  const { swap, windows } = store.status!;
  const turn = () =>
    store.act(
      "swap",
      () => ask("PUT", "/v1/swap", { enabled: !swap.enabled }),
      () => store.status!.swap.enabled === !swap.enabled,
      swap.enabled ? "Swapping is off: nobody is sent away any more." : "Swapping is on.",
    );
  const abort = () =>
    store.act(
      "abort",
      () => ask("POST", "/v1/swap/abort", {}),
      () => store.status!.windows.length === 0,
      "Called off: everyone is back.",
    );
  const isHeld = swap.hold_until !== null && Date.parse(swap.hold_until) > store.now();
  return (
    <div class="swap">
      <button type="button" role="switch" class="switch" aria-checked={swap.enabled} aria-busy={store.pending.has("swap")}
        disabled={store.pending.has("swap")} onClick={turn}>
        <i aria-hidden="true" /> Swapping {swap.enabled ? "on" : "off"}
      </button>
      {isHeld && windows.length === 0 && <span class="soft small">no window before {clock(swap.hold_until!)}</span>}
      {windows.length > 0 && (
        <button type="button" class="quiet" disabled={store.pending.has("abort")} onClick={abort}>
          {store.pending.has("abort") ? "Calling off…" : "Call it off"}
        </button>
      )}
    </div>
  );
}

function Hero({ store }: { store: Store }) {
  const { shown, said } = headline(store);
  const isKnown = store.link === "live" && store.status !== null;
  useEffect(() => {
    document.title = `${shown} · Malin`;
  }, [shown]);
  return (
    <header class="hero" data-glow={isKnown ? store.status!.glow : "none"}>
      <Eyes glow={isKnown ? store.status!.glow : null} />
      <h1>{shown}</h1>
      <p class="unseen" role="status" aria-live="polite">{said}</p>
      {isKnown && <p class="soft subline">{subline(store)}</p>}
      {isKnown && <Swap store={store} />}
      {store.link === "lost" && <Lost store={store} />}
    </header>
  );
}

function CardSection({ store }: { store: Store }) {
  const status = store.status!;
  return (
    <>
      {status.cards.map((card) => {
        const history = store.history.find((one) => one.name === card.name);
        const free = card.free_bytes === null ? "" : `: ${size(card.free_bytes)} free`;
        return (
          <Section key={card.name} id={`card-${card.name}`} title={status.cards.length > 1 ? `${card.name}${free}` : `The card${free}`}>
            <CardBar card={card} status={status} />
            {history && card.total_bytes !== null && (
              <Chart history={history} status={status} windows={store.windows.filter((one) => one.card === card.name)}
                jobs={store.jobs} now={store.now()} />
            )}
          </Section>
        );
      })}
    </>
  );
}

function Timeline({ store }: { store: Store }) {
  const rows = store.timeline.slice(-40).reverse();
  return (
    <ol class="timeline" tabIndex={0} aria-label="What happened, the newest first">
      {rows.map((row) => (
        <li key={row.id}>
          <time dateTime={row.at}>{clock(row.at, true)}</time>
          <span>{row.kind === "job" ? `${row.subject}: ${row.text}` : row.text}</span>
        </li>
      ))}
    </ol>
  );
}

function Notes({ store }: { store: Store }) {
  return (
    <div class="notes">
      {store.notes.map((note) => (
        <p key={note.id} class={note.isBad ? "note bad" : "note"} role={note.isBad ? "alert" : "status"}>
          <span>{note.text}</span>
          <button type="button" class="quiet" aria-label="Dismiss" onClick={() => store.drop(note.id)}>×</button>
        </p>
      ))}
    </div>
  );
}

export function Page({ store }: { store: Store }) {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => store.subscribe(() => redraw(0)), []);
  if (store.link === "locked") return <main class="page"><Gate store={store} /></main>;
  return (
    <>
      <Hero store={store} />
      {store.status && (
        <main class={`page ${store.link === "lost" ? "stale" : ""}`}>
          <div class="column">
            <CardSection store={store} />
            <Section id="queue" title="Queue"><Queue store={store} /></Section>
            <Section id="delivered" title="Delivered"><Gallery store={store} /></Section>
          </div>
          <div class="column">
            <Section id="senses" title="Senses"><Senses store={store} /></Section>
            <Section id="ask" title="Ask for something"><Ask store={store} /></Section>
            <Section id="happened" title="What happened"><Timeline store={store} /></Section>
          </div>
        </main>
      )}
      <Notes store={store} />
      {store.status && <footer class="soft small">Malin {store.status.version}, up since {clock(store.status.started_at)}</footer>}
    </>
  );
}
