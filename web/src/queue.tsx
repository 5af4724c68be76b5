// The queue: what is being made, what waits and why, and what came to nothing.
import { Preview } from "./picture";
import { newKey, type Store } from "./store";
import { ask, type Job, type QueuedJob } from "./wire";
import { about, capital, when } from "./words";

const failuresShown = 3;

export function resubmit(store: Store, job: Job): Promise<boolean> {
  const key = newKey();
  let id = "";
  return store.act(
    `again ${job.id}`,
    async () => {
      const body = { kind: job.kind, prompt: job.prompt, params: job.params, key };
      id = ((await (await ask("POST", "/v1/jobs", body)).json()) as Job).id;
    },
    () => store.jobs.some((one) => one.id === id) || store.status!.queue.some((one) => one.id === id),
    `The ${job.kind} is in the queue again.`,
  );
}

function cancel(store: Store, job: QueuedJob): Promise<boolean> {
  return store.act(
    `cancel ${job.id}`,
    () => ask("DELETE", `/v1/jobs/${encodeURIComponent(job.id)}`),
    () => !store.status!.queue.some((one) => one.id === job.id),
    `The ${job.kind} is cancelled.`,
  );
}

function standing(job: QueuedJob): string {
  const guess = job.estimate_s === null ? "" : about(job.estimate_s);
  if (job.state === "rendering") return `${Math.round(job.progress * 100)} %${guess ? `, ${guess} left` : ""}`;
  if (job.state === "rendered") return "Rendered, on its way to you";
  const why = capital(job.waits || "waits");
  return guess ? `${why}. Ready in ${guess} once it may begin.` : why;
}

function QueueRow({ job, store }: { job: QueuedJob; store: Store }) {
  const isAsked = store.pending.has(`cancel ${job.id}`);
  return (
    <li class="job">
      {job.state === "rendering" ? <Preview job={job.id} /> : <span class={`frame kind-${job.media?.type ?? "none"}`}>{job.position ?? "✓"}</span>}
      <div class="grow">
        <p class="prompt">{job.prompt}</p>
        <p class="soft small">
          <span class="tag">{job.kind}</span> {standing(job)}
        </p>
        {job.state === "rendering" && (
          <progress max={1} value={job.progress} aria-label={`Rendering ${job.id}: ${job.prompt}`} />
        )}
      </div>
      {job.state !== "rendered" && (
        <button
          type="button" class="quiet" disabled={isAsked} aria-label={`Cancel ${job.kind}: ${job.prompt}`}
          onClick={() => cancel(store, job)}
        >
          {isAsked ? "Cancelling…" : "Cancel"}
        </button>
      )}
    </li>
  );
}

function EndedRow({ job, store }: { job: Job; store: Store }) {
  const isAsked = store.pending.has(`again ${job.id}`);
  return (
    <li class="job">
      <span class="frame ended" aria-hidden="true">{job.state === "failed" ? "!" : "–"}</span>
      <div class="grow">
        <p class="prompt soft">{job.prompt}</p>
        <p class="soft small">
          <span class="tag">{job.kind}</span> {job.state}
          {job.ended_at && ` ${when(job.ended_at)}`}
          {job.state === "failed" && `: ${job.reason}`}
        </p>
      </div>
      <button
        type="button" class="quiet" disabled={isAsked} aria-label={`Try again, ${job.kind}: ${job.prompt}`}
        onClick={() => resubmit(store, job)}
      >
        {isAsked ? "Asking…" : "Try again"}
      </button>
    </li>
  );
}

export function Queue({ store }: { store: Store }) {
  const { queue } = store.status!;
  const ended = store.jobs
    .filter((job) => job.state === "failed" || job.state === "cancelled")
    .filter((job) => !store.jobs.some((one) => one.prompt === job.prompt && one.kind === job.kind && one.created_at > job.created_at))
    .slice(0, failuresShown);
  return (
    <>
      {queue.length === 0 && <p class="soft">Nothing waits.</p>}
      <ul class="rows" aria-label="Queue">
        {queue.map((job) => (
          <QueueRow key={job.id} job={job} store={store} />
        ))}
      </ul>
      {ended.length > 0 && (
        <>
          <h3>Came to nothing</h3>
          <ul class="rows" aria-label="Failed and cancelled">
            {ended.map((job) => (
              <EndedRow key={job.id} job={job} store={store} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}
