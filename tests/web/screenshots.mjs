// Takes the pictures of the documents: MALIN=build/release/malin node tests/web/screenshots.mjs
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { close, glows, launch, Machine, open, shows } from "./harness.mjs";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../docs/images");
const pictures = [
  { name: "page-light", colorScheme: "light", viewport: { width: 1280, height: 1120 } },
  { name: "page-dark", colorScheme: "dark", viewport: { width: 1280, height: 1120 } },
  { name: "page-phone", colorScheme: "dark", viewport: { width: 390, height: 844 } },
];
const made = [
  ["selfie", "at a rainy window, soft light, half a smile", { steps: "40" }],
  ["selfie", "in the kitchen, flour on her nose, laughing", { steps: "40" }],
  ["video", "walking on the beach at dusk, she turns and waves", { steps: "12", frames: "33" }],
  ["selfie", "reading on the balcony, first sun of the year", { steps: "40" }],
  ["selfie", "with the cat on her shoulder", { steps: "40" }],
];

mkdirSync(folder, { recursive: true });
const machine = await Machine.start({ speed: 5 });
const browser = await launch();
for (const [kind, prompt, params] of made) {
  await machine.submit(prompt, params, kind);
  await machine.rest();
}
for (const { name, ...options } of pictures) {
  const page = await open(browser, machine, { ...options, reducedMotion: "reduce" });
  await glows(page, "green");
  await page.locator(".thumb img").nth(3).waitFor();
  const first = await machine.submit("by the sea, wind in her hair", { steps: "90" });
  const second = await machine.submit("a slow smile, candle light", {}, "video");
  await page.getByAltText("How it looks so far").waitFor();
  await shows(page.getByRole("list", { name: "Queue" }), /[4-6]\d %/);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  for (const job of [second, first]) await machine.ask("DELETE", `/v1/jobs/${job.id}`);
  await machine.rest();
  await close(page);
}
await browser.close();
await machine.stop();
