// Pictures come with the token, so they are fetched and shown from memory; each is given back when it leaves the page.
import { useEffect, useState } from "preact/hooks";

import { fetchBlob, Refused } from "./wire";

export function useBlob(path: string | null): { url: string | null; isGone: boolean } {
  const [found, setFound] = useState<{ url: string | null; isGone: boolean }>({ url: null, isGone: false });
  useEffect(() => {
    let taken: string | null = null;
    let isOver = false;
    setFound({ url: null, isGone: false });
    if (!path) return;
    fetchBlob(path).then(
      (url) => {
        if (isOver && url) URL.revokeObjectURL(url);
        if (isOver) return;
        taken = url;
        setFound({ url, isGone: url === null });
      },
      (error) => !isOver && setFound({ url: null, isGone: error instanceof Refused }),
    );
    return () => {
      isOver = true;
      if (taken) URL.revokeObjectURL(taken);
    };
  }, [path]);
  return found;
}

const frameGap = 700;

// The newest frame of a render, again and again.
export function Preview({ job }: { job: string }) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    let isOver = false;
    let timer = 0;
    let shown: string | null = null;
    const next = async () => {
      const fresh = await fetchBlob(`/v1/jobs/${encodeURIComponent(job)}/preview`).catch(() => null);
      if (isOver) return fresh ? URL.revokeObjectURL(fresh) : undefined;
      if (fresh) {
        const old = shown;
        shown = fresh;
        setUrl(fresh);
        if (old) setTimeout(() => URL.revokeObjectURL(old), frameGap);
      }
      timer = window.setTimeout(next, frameGap);
    };
    void next();
    return () => {
      isOver = true;
      clearTimeout(timer);
      if (shown) URL.revokeObjectURL(shown);
    };
  }, [job]);
  if (!url) return <span class="frame waiting" aria-hidden="true" />;
  return <img class="frame" src={url} alt="How it looks so far" />;
}
