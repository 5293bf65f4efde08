// Vitest with one fault put into one file on its way to the test; nothing on disk is touched.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { aliases } from "../aliases.mjs";

const { file, edits } = JSON.parse(process.env.MUTANT ?? '{"file":"","edits":[]}');

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  resolve: { alias: aliases },
  plugins: [
    {
      name: "mutant",
      enforce: "pre",
      transform(code, id) {
        if (!file || !id.endsWith(file)) return undefined;
        return { code: edits.reduce((text, [from, to]) => text.replace(from, () => to), code), map: null };
      },
    },
  ],
  test: { include: ["packages/tokens/test/*.test.ts"], environment: "node", testTimeout: 60_000 },
});
