// What was made and delivered, the newest first; each opens large.
import { useEffect, useRef, useState } from "preact/hooks";

import { useBlob } from "./picture";
import { resubmit } from "./queue";
import type { Store } from "./store";
import type { Job } from "./wire";
import { capital, span, when } from "./words";

const shownFirst = 12;

function Thumbnail({ job, onOpen }: { job: Job; onOpen: () => void }) {
  const media = job.media!;
  const { url, isGone } = useBlob(media.thumbnail ?? (media.type === "photo" ? media.href : null));
  return (
    <li>
      <button type="button" class="thumb" onClick={onOpen} aria-label={`Open ${job.kind}: ${job.prompt}`}>
        {url ? <img src={url} alt="" /> : <span class="soft small">{isGone ? "gone from the spool" : ""}</span>}
        {media.type === "video" && <span class="length">▶ {span(media.duration_ms / 1000)}</span>}
      </button>
    </li>
  );
}

function Large({ job, store, onClose }: { job: Job; store: Store; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { url, isGone } = useBlob(job.media!.href);
  useEffect(() => dialog.current!.showModal(), []);
  const again = async () => {
    dialog.current!.close();
    await resubmit(store, job);
  };
  return (
    <dialog ref={dialog} class="large" aria-label={job.prompt} onClose={onClose} onClick={(e) => e.target === dialog.current && dialog.current!.close()}>
      <div class="large-media">
        {isGone && <p>The file is gone from the spool.</p>}
        {url && job.media!.type === "video" && <video src={url} controls autoplay loop />}
        {url && job.media!.type !== "video" && <img src={url} alt={job.prompt} />}
      </div>
      <div class="large-words">
        <p class="prompt">{job.prompt}</p>
        <p class="soft small">
          {capital(job.kind)} {job.id}, {job.media!.width} × {job.media!.height}, {when(job.ended_at ?? job.created_at)}
        </p>
        <div class="row">
          <button type="button" class="primary" onClick={again}>Ask for it again</button>
          {url && <a class="button quiet" href={url} download={`${job.kind}-${job.id}`}>Save</a>}
          <button type="button" class="quiet end" onClick={() => dialog.current!.close()}>Close</button>
        </div>
      </div>
    </dialog>
  );
}

export function Gallery({ store }: { store: Store }) {
  const [open, setOpen] = useState<Job | null>(null);
  const [isAll, setAll] = useState(false);
  const made = store.jobs.filter((job) => job.media && (job.state === "delivered" || job.state === "rendered"));
  const shown = isAll ? made : made.slice(0, shownFirst);
  return (
    <>
      {made.length === 0 && <p class="soft">Nothing has been delivered yet.</p>}
      <ul class="gallery" aria-label="Delivered">
        {shown.map((job) => (
          <Thumbnail key={job.id} job={job} onOpen={() => setOpen(job)} />
        ))}
      </ul>
      {made.length > shown.length && (
        <button type="button" class="quiet" onClick={() => setAll(true)}>
          Show {made.length - shown.length} more
        </button>
      )}
      {open && <Large job={open} store={store} onClose={() => setOpen(null)} />}
    </>
  );
}
