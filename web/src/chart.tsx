// The last hours of one card: its memory as layers, windows as bands behind them, renders as marks above.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { colourOf } from "./card";
import type { CardHistory, Job, Status, Window } from "./wire";
import { awayToday, clock, plural, size, span } from "./words";

interface Given {
  history: CardHistory;
  status: Status;
  windows: Window[];
  jobs: Job[];
  now: number;
}

const ranges = [
  { label: "15 min", length: 900 },
  { label: "1 h", length: 3600 },
  { label: "6 h", length: 21_600 },
];
const height = 200;
const shortest = 60;

function colour(element: Element, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

// Layers from the lowest up; uPlot paints one series over the other, so the highest sum comes first.
function layers(history: CardHistory, now: number): uPlot.AlignedData {
  const x = history.at_ms.map((at) => at / 1000);
  const sums: number[][] = [];
  history.mib.forEach((column, i) => sums.push(column.map((mib, k) => mib / 1024 + (i ? sums[i - 1][k] : 0))));
  if (x.length > 0) {
    x.push(now / 1000); // What was last seen still holds.
    for (const sum of sums) sum.push(sum[sum.length - 1]);
  }
  return [x, ...sums.reverse()];
}

function drawMarks(plot: uPlot, given: Given, root: Element): void {
  const { ctx, bbox } = plot;
  const left = (seconds: number) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, plot.valToPos(seconds, "x", true)));
  const band = (from: string, to: string | null, top: number, tall: number, least: number) => {
    const x = left(Date.parse(from) / 1000);
    const end = left((to ? Date.parse(to) : given.now) / 1000);
    if (end > bbox.left && x < bbox.left + bbox.width) ctx.fillRect(x, top, Math.max(least, end - x), tall);
  };
  ctx.save();
  ctx.fillStyle = colour(root, "--band");
  for (const window of given.windows) band(window.opened_at, window.closed_at, bbox.top, bbox.height, 1);
  ctx.fillStyle = colour(root, "--part-renderer");
  const dot = 3 * devicePixelRatio;
  for (const job of given.jobs) {
    if (job.started_at) band(job.started_at, job.rendered_at ?? job.ended_at, bbox.top - 2 * dot, dot, dot);
  }
  ctx.restore();
}

function options(given: () => Given, root: HTMLElement, onHover: (at: number | null) => void): uPlot.Options {
  const { history, status } = given();
  const parts = [...history.parts].reverse();
  const axis = { stroke: colour(root, "--soft"), font: "12px Inter, system-ui, sans-serif", ticks: { show: false } };
  const card = status.cards.find((one) => one.name === history.name);
  return {
    width: root.clientWidth,
    height,
    padding: [14, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: true }, y: { range: [0, (card?.total_bytes ?? 0) / 2 ** 30] } },
    axes: [
      { ...axis, grid: { show: false }, size: 26, space: 70, values: (_, at, _axis, _space, step) => at.map((second) => clock(second * 1000, step < 60)) },
      {
        ...axis,
        grid: { stroke: colour(root, "--line"), width: 1 },
        size: 34,
        values: (_, at) => at.map((gib) => `${gib}`),
      },
    ],
    series: [
      {},
      ...parts.map((part) => ({
        paths: uPlot.paths.stepped!({ align: 1 }),
        fill: colour(root, `--${colourOf(status, part.kind, part.name)}`),
        width: 0,
        points: { show: false },
      })),
    ],
    hooks: {
      drawAxes: [(plot) => drawMarks(plot, given(), root)],
      setCursor: [(plot) => onHover(plot.cursor.idx ?? null)],
    },
  };
}

function readOut(history: CardHistory, index: number): string {
  const parts = history.parts.map((part, i) => `${part.name || "others"} ${size(history.mib[i][index] * 2 ** 20)}`);
  return `${clock(history.at_ms[index], true)}: ${parts.join(", ")}`;
}

function summary(given: Given, seconds: number): string {
  const from = given.now - seconds * 1000;
  const windows = given.windows.filter((window) => Date.parse(window.closed_at ?? window.opened_at) >= from);
  const renders = given.jobs.filter((job) => job.rendered_at && Date.parse(job.rendered_at) >= from);
  const away = given.status.senses
    .map((sense) => ({ name: sense.name, length: awayToday(windows, sense.name, given.now) }))
    .filter((one) => one.length >= 1)
    .map((one) => `${one.name} away ${span(one.length)}`);
  if (windows.length === 0 && renders.length === 0) return "No window and no render in this time.";
  return [plural(windows.length, "window"), plural(renders.length, "render"), ...away].join(" · ");
}

export function Chart(given: Given) {
  const root = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  const newest = useRef(given);
  const [range, setRange] = useState(0);
  const [hovered, setHovered] = useState<number | null>(null);
  const [theme, setTheme] = useState(0);
  newest.current = given;
  const shape = given.history.parts.map((part) => part.name).join() + given.status.cards.map((c) => c.total_bytes).join();

  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const change = () => setTheme((n) => n + 1);
    dark.addEventListener("change", change);
    return () => dark.removeEventListener("change", change);
  }, []);

  useEffect(() => {
    const element = root.current!;
    const made = new uPlot(options(() => newest.current, element, setHovered), [[]], element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [shape, theme]);

  useEffect(() => {
    const end = given.now / 1000;
    plot.current?.setData(layers(given.history, given.now), false);
    // A young daemon's few minutes fill the width.
    const first = (given.history.at_ms[0] ?? given.now) / 1000;
    const length = Math.min(ranges[range].length, Math.max(shortest, end - first));
    plot.current?.setScale("x", { min: end - length, max: end });
  });

  const index = hovered !== null && hovered < given.history.at_ms.length ? hovered : null;
  return (
    <figure class="chart">
      <div ref={root} class="plot" role="img" aria-label={`Memory of ${given.history.name} over time, in GiB`} />
      <figcaption>
        <span class="soft">{index === null ? summary(given, ranges[range].length) : readOut(given.history, index)}</span>
        <span class="choice" role="group" aria-label="How far back">
          {ranges.map((one, i) => (
            <button type="button" key={one.label} aria-pressed={i === range} onClick={() => setRange(i)}>
              {one.label}
            </button>
          ))}
        </span>
      </figcaption>
    </figure>
  );
}
