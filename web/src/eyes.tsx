// Her eyes. Their colour is the glow; they are closed while nobody knows how she is.
import type { Glow } from "./wire";

const almond = "M-50 2Q-2-44 50-2Q4 36-50 2Z";

function Eye({ x, mirrored }: { x: number; mirrored?: boolean }) {
  return (
    <g transform={`translate(${x} 50)${mirrored ? " scale(-1 1)" : ""}`}>
      <g class="eye">
        <path d={almond} class="eye-white" />
        <g clip-path="url(#almond)">
          <circle r="25" cy="-3" class="eye-halo" />
          <circle r="19" cy="-3" fill="url(#iris)" />
          <circle r="8" cy="-3" class="eye-pupil" />
          <circle r="4" cx={mirrored ? 6 : -6} cy="-10" class="eye-spark" />
        </g>
        <path d="M-53 5Q-4-49 53-6" class="eye-lid" />
      </g>
      <path d="M-50 4Q0 24 50 2" class="eye-closed" />
    </g>
  );
}

const meanings: Record<Glow | "none", string> = {
  green: "Her eyes glow green: every sense is here",
  amber: "Her eyes glow amber: away on purpose",
  red: "Her eyes glow red: a sense is missing",
  none: "Her eyes are closed: nobody knows how she is",
};

export function Eyes({ glow }: { glow: Glow | null }) {
  return (
    <svg class="eyes" viewBox="0 0 252 100" role="img" aria-label={meanings[glow ?? "none"]}>
      <defs>
        <radialGradient id="iris" cy="45%">
          <stop offset="0.2" class="iris-inner" />
          <stop offset="0.85" class="iris-outer" />
          <stop offset="1" class="iris-rim" />
        </radialGradient>
        <radialGradient id="shine">
          <stop offset="0" class="shine-inner" />
          <stop offset="1" class="shine-outer" />
        </radialGradient>
        <clipPath id="almond">
          <path d={almond} />
        </clipPath>
      </defs>
      <g class="shine">
        <ellipse cx="62" cy="50" rx="62" ry="46" fill="url(#shine)" />
        <ellipse cx="190" cy="50" rx="62" ry="46" fill="url(#shine)" />
      </g>
      <Eye x={62} />
      <Eye x={190} mirrored />
    </svg>
  );
}
