// Asking for a picture or a film.
import { useState } from "preact/hooks";

import { newKey, type Store } from "./store";
import { ask, type Job, type Kind } from "./wire";
import { capital, size } from "./words";

function Params({ kind, values, onChange }: { kind: Kind; values: Record<string, string>; onChange: (name: string, value: string) => void }) {
  return (
    <details>
      <summary>Details</summary>
      <div class="params">
        {Object.entries(kind.params).map(([name, usual]) => (
          <label key={name} class={usual.length > 12 ? "wide" : ""}>
            {capital(name.replace(/_/g, " "))}
            <input
              name={name} value={values[name] ?? ""} placeholder={usual} autocomplete="off"
              onInput={(event) => onChange(name, event.currentTarget.value)}
            />
          </label>
        ))}
      </div>
    </details>
  );
}

export function Ask({ store }: { store: Store }) {
  const [chosen, setChosen] = useState("");
  const [prompt, setPrompt] = useState("");
  const [values, setValues] = useState<Record<string, string>>({});
  const kind = store.kinds.find((one) => one.name === chosen) ?? store.kinds[0];
  if (!kind) return null;
  const isAsked = store.pending.has("submit");

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!prompt.trim()) return;
    const set = Object.entries(values).filter(([name, value]) => value.trim() !== "" && name in kind.params);
    const body = { kind: kind.name, prompt: prompt.trim(), params: Object.fromEntries(set), key: newKey() };
    let id = "";
    const isSo = await store.act(
      "submit",
      async () => (id = ((await (await ask("POST", "/v1/jobs", body)).json()) as Job).id),
      () => store.jobs.some((job) => job.id === id),
      `The ${kind.name} is in the queue.`,
    );
    if (isSo) setPrompt("");
  };

  return (
    <form class="asking" onSubmit={submit}>
      <div class="choice" role="radiogroup" aria-label="What">
        {store.kinds.map((one) => (
          <label key={one.name} class={one === kind ? "chosen" : ""}>
            <input type="radio" name="kind" checked={one === kind} onChange={() => setChosen(one.name)} />
            {capital(one.name)}
          </label>
        ))}
      </div>
      <label>
        <span class="unseen">Prompt</span>
        <textarea
          name="prompt" rows={3} required placeholder="At the window, soft light, half a smile"
          value={prompt} onInput={(event) => setPrompt(event.currentTarget.value)}
        />
      </label>
      <Params kind={kind} values={values} onChange={(name, value) => setValues({ ...values, [name]: value })} />
      <p class="soft small">
        Wants {size(kind.need_bytes)}
        {size(kind.need_bytes) !== size(kind.configured_bytes) && `, ${size(kind.configured_bytes)} configured`}
      </p>
      <button type="submit" class="primary" disabled={isAsked}>
        {isAsked ? "Asking…" : `Ask for a ${kind.name}`}
      </button>
    </form>
  );
}
