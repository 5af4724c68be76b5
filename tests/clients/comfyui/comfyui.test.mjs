// A client of ComfyUI that we did not write, against the rig. MALIN_RIG names the rig's rig.json.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { Client } from "@stable-canvas/comfyui-client";

const rig = JSON.parse(readFileSync(process.env.MALIN_RIG, "utf8"));
const limit = { timeout: 60_000 };
let client;

// Without a WebSocket class this client watches by polling.
before(() => {
  client = new Client({ api_host: new URL(rig.comfyui.url).host, clientId: "a".repeat(32), fetch });
});

after(() => client.close?.());

function portrait(seed) {
  return {
    1: { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "sd_xl_base_1.0.safetensors" } },
    2: { class_type: "CLIPTextEncode", inputs: { clip: ["1", 1], text: "a portrait at the window" } },
    3: { class_type: "CLIPTextEncode", inputs: { clip: ["1", 1], text: "blurry" } },
    4: { class_type: "EmptyLatentImage", inputs: { width: 256, height: 384, batch_size: 1 } },
    5: {
      class_type: "KSampler",
      inputs: {
        model: ["1", 0], positive: ["2", 0], negative: ["3", 0], latent_image: ["4", 0],
        seed, steps: 4, cfg: 5, sampler_name: "euler", scheduler: "normal", denoise: 1,
      },
    },
    6: { class_type: "VAEDecode", inputs: { samples: ["5", 0], vae: ["1", 2] } },
    7: { class_type: "SaveImage", inputs: { images: ["6", 0], filename_prefix: "client" } },
  };
}

test("the server tells its version and its card", limit, async () => {
  const stats = await client.getSystemStats();
  assert.match(stats.system.comfyui_version, /^0\.\d+\.\d+$/);
  assert.equal(stats.devices[0].type, "cuda");
  assert.ok(stats.devices[0].vram_total >= stats.devices[0].vram_free);
});

test("the node classes are known", limit, async () => {
  const nodes = await client.getNodeDefs();
  for (const name of ["KSampler", "SaveImage", "SaveVideo", "VHS_VideoCombine"]) assert.ok(nodes[name], name);
  assert.equal(nodes.SaveVideo.output_node, true);
});

test("a portrait is rendered and fetched", limit, async () => {
  // The card is full, as it always is: a person makes room by hand.
  await fetch(`${rig.control.url}/lmstudio/eject`, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ identifier: "qwen3-vl-8b" }),
  });
  const free = async () => (await (await fetch(`${rig.control.url}/state`)).json()).cards[0].free;
  for (const until = Date.now() + 20_000; (await free()) < 6 * 2 ** 30; ) assert.ok(Date.now() < until, "no room");
  const result = await client.enqueue_polling(portrait(Date.now()), {});
  assert.equal(result.images.length, 1);
  const bytes = new Uint8Array(await (await fetch(result.images[0].data)).arrayBuffer());
  assert.deepEqual([...bytes.slice(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
});

test("a model that is not there is refused", limit, async () => {
  const broken = portrait(1);
  broken[1].inputs.ckpt_name = "missing.safetensors";
  await assert.rejects(client.enqueue_polling(broken, {}));
});

test("memory is released when asked", limit, async () => {
  await client.free({ unload_models: true, free_memory: true });
  const until = Date.now() + 20_000;
  for (;;) {
    const stats = await client.getSystemStats();
    if (stats.devices[0].torch_vram_total < 100 * 2 ** 20) return;
    assert.ok(Date.now() < until, "still held");
  }
});
