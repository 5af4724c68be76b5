// Each sense: how it stands, what it takes, how long it was away today, what last went wrong.
import { colourOf } from "./card";
import type { Store } from "./store";
import { ask, type Sense } from "./wire";
import { awayToday, capital, size, span, when } from "./words";

const words: Record<Sense["state"], string> = {
  ready: "here",
  away: "away",
  unloading: "leaving",
  loading: "coming back",
  missing: "missing",
  failing: "failing",
  unknown: "unknown",
};

// What is gone while nothing is wrong is on its way back: its absence is over, and its turn to load comes.
function standing(sense: Sense, isWell: boolean): { tone: string; word: string } {
  if (sense.state === "ready") return { tone: "good", word: words.ready };
  if (sense.away) return { tone: "fair", word: words[sense.state] };
  return isWell ? { tone: "fair", word: words.loading } : { tone: "bad", word: words[sense.state] };
}

function SenseRow({ sense, store }: { sense: Sense; store: Store }) {
  const name = `restore ${sense.name}`;
  const away = awayToday(store.windows, sense.name, store.now());
  const isWell = store.status!.glow !== "red";
  const { tone, word } = standing(sense, isWell);
  const trouble = store.troubles.find((one) => one.sense === sense.name);
  const restore = () =>
    store.act(
      name,
      () => ask("POST", `/v1/senses/${encodeURIComponent(sense.name)}/restore`, {}),
      () => store.status!.senses.find((one) => one.name === sense.name)?.state === "ready",
      `${capital(sense.name)} is back.`,
    );
  return (
    <li class="sense">
      <i class={`swatch ${colourOf(store.status, "sense", sense.name)}`} aria-hidden="true" />
      <div class="grow">
        <div class="row">
          <strong>{capital(sense.name)}</strong>
          <span class={`state ${tone}`}>{word}</span>
          <span class="end">{size(sense.footprint_bytes)}</span>
        </div>
        <p class="soft small">
          {sense.model}
          {size(sense.footprint_bytes) !== size(sense.configured_bytes) && ` · ${size(sense.configured_bytes)} configured`}
          {away >= 1 ? ` · away ${span(away)} today` : " · not away today"}
        </p>
        {sense.state !== "ready" && sense.why && !isWell && !sense.away && <p class="small">{capital(sense.why)}</p>}
        {sense.state === "loading" && sense.progress > 0 && (
          <progress max={1} value={sense.progress} aria-label={`Loading ${sense.name}`} />
        )}
        {trouble && sense.state === "ready" && (
          <p class="soft small">
            Last trouble {when(trouble.at)}: {trouble.why}
          </p>
        )}
      </div>
      {sense.away && (
        <button type="button" class="quiet" disabled={store.pending.has(name)} onClick={restore}>
          {store.pending.has(name) ? "Coming…" : "Bring back"}
        </button>
      )}
    </li>
  );
}

export function Senses({ store }: { store: Store }) {
  return (
    <ul class="rows" aria-label="Senses">
      {store.status!.senses.map((sense) => (
        <SenseRow key={sense.name} sense={sense} store={store} />
      ))}
    </ul>
  );
}
