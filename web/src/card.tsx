// One card now: who holds its memory.
import type { Card, CardPart, Status } from "./wire";
import { size } from "./words";

const senseColours = 5;

// A sense has the same colour everywhere: its place in the config.
export function colourOf(status: Status | null, kind: CardPart["kind"], name: string): string {
  if (kind !== "sense") return `part-${kind}`;
  const place = status?.senses.findIndex((sense) => sense.name === name) ?? 0;
  return `part-sense-${Math.max(0, place) % senseColours}`;
}

function nameOf(part: CardPart): string {
  if (part.kind === "free") return "free";
  return part.name || "the driver and unnamed others";
}

export function CardBar({ card, status }: { card: Card; status: Status }) {
  const total = card.total_bytes;
  if (total === null) return <p class="soft">{card.name} cannot be read: {card.error}</p>;
  const held = card.parts.filter((part) => part.bytes >= 2 ** 20);
  const said = held.map((part) => `${nameOf(part)} ${size(part.bytes)}`).join(", ");
  return (
    <div class="card-now">
      <div class="bar" role="img" aria-label={`${card.name}, ${size(total)}: ${said}`}>
        {card.parts.map((part, i) => (
          <span
            key={`${part.kind} ${part.name || i}`}
            class={`bar-part ${colourOf(status, part.kind, part.name)}`}
            style={{ width: `${(part.bytes / total) * 100}%` }}
            title={`${nameOf(part)}: ${size(part.bytes)}`}
          />
        ))}
      </div>
      <ul class="legend" aria-hidden="true">
        {held.map((part, i) => (
          <li key={`${part.kind} ${part.name || i}`}>
            <i class={`swatch ${colourOf(status, part.kind, part.name)}`} />
            <span>{nameOf(part)}</span> <b>{size(part.bytes)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
