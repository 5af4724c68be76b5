// Builds the page: node build.mjs --out FOLDER
// Writes its files there, and page_files.cpp, which holds them all, as they are and packed, for the daemon to serve.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const at = process.argv.indexOf("--out");
if (at < 0 || !process.argv[at + 1]) throw new Error("usage: node build.mjs --out FOLDER");
const out = process.argv[at + 1];
const packedMax = 100_000; // Over the wire, all of it.

const bundled = await build({
  absWorkingDir: here,
  entryPoints: { page: "src/main.tsx" },
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2020", "chrome90", "firefox90", "safari15"],
  jsx: "automatic",
  jsxImportSource: "preact",
  outdir: out,
  write: false,
  legalComments: "none",
});

const files = [
  ["/", "text/html; charset=utf-8", readFileSync(join(here, "src/index.html"))],
  ["/page/icon.svg", "image/svg+xml", readFileSync(join(here, "src/icon.svg"))],
  ...bundled.outputFiles.map(({ path, contents }) =>
    path.endsWith(".css")
      ? ["/page/page.css", "text/css; charset=utf-8", Buffer.from(contents)]
      : ["/page/page.js", "text/javascript; charset=utf-8", Buffer.from(contents)]),
].map(([path, type, plain]) => ({
  path,
  type,
  plain,
  gzip: gzipSync(plain, { level: 9 }),
  tag: createHash("sha256").update(plain).digest("hex").slice(0, 16),
}));

const packed = files.reduce((sum, file) => sum + file.gzip.length, 0);
if (packed > packedMax) throw new Error(`the page has grown to ${packed} bytes packed; ${packedMax} is the limit`);

function array(name, bytes) {
  const lines = [];
  for (let i = 0; i < bytes.length; i += 40) lines.push(`    ${[...bytes.subarray(i, i + 40)].join(",")},`);
  return `constexpr unsigned char ${name}[] = {\n${lines.join("\n")}\n};\n`;
}

const text = `// Made by web/build.mjs.
#include <array>

#include "api/page.hpp"

namespace malin::api {

namespace {

${files.map((file, i) => array(`plain_${i}`, file.plain) + array(`gzip_${i}`, file.gzip)).join("\n")}
template <std::size_t n>
std::string_view view(const unsigned char (&bytes)[n]) {
  return {reinterpret_cast<const char*>(bytes), n};
}

}  // namespace

std::span<const PageFile> page_files() {
  static const std::array<PageFile, ${files.length}> files{{
${files.map((f, i) => `      {"${f.path}", "${f.type}", "${f.tag}", view(plain_${i}), view(gzip_${i})},`).join("\n")}
  }};
  return files;
}

}  // namespace malin::api
`;

mkdirSync(out, { recursive: true });
for (const file of files) writeFileSync(join(out, file.path === "/" ? "index.html" : file.path.split("/").pop()), file.plain);
writeFileSync(join(out, "page_files.cpp"), text);
console.log(`the page: ${packed} bytes over the wire`);
