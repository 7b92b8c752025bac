// A real `imgseal serve` of the project's own presets and samples, as `npm start` has it, with a key of its own.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The files of `imgseal serve`, as its environment names them. */
export function filesIn(root, folder) {
  return { IMGSEAL_PRESETS: join(root, "presets.yaml"), IMGSEAL_KEYS: join(folder, "imgseal.keys.json") };
}

export async function serveImages(root, folder, files) {
  execFileSync(process.execPath, ["dist/cli/main.js", "keygen", files.IMGSEAL_KEYS], { cwd: root });
  const derivatives = join(folder, "derivatives");
  mkdirSync(derivatives);
  const child = spawn(
    process.execPath,
    [
      join(root, "dist/cli/main.js"),
      ...["serve", "--port", "0", "--quiet", "--json"],
      ...["--sources", join(root, ".imgseal/samples"), "--derivatives", derivatives],
    ],
    { cwd: folder, stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...files } },
  );
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return { child, origin: new URL(JSON.parse(line).gallery).origin };
}
