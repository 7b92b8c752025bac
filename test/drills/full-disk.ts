/** A disk that is full, and then is not any more: a small tmpfs that only the server sees. */

import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isLost, openClient } from "./client.ts";
import { type Drill, Violations } from "./drill.ts";
import { inspectFolder } from "./folder-inspection.ts";
import { smallDisk } from "./permissions.ts";
import { startServer } from "./server-process.ts";
import { coldPictures, createWorld, type Wanted } from "./world.ts";

const diskKilobytes = 160;
const renders = { short: 40, full: 600 };

export const fullDisk: Drill = {
  name: "full-disk",
  promise:
    "On a full disk pictures are rendered and answered without write-back, nothing torn lies in place, and once there " +
    "is room again derivatives are stored.",
  async run(setting) {
    const mountPoint = join(setting.work, "derivatives");
    await mkdir(mountPoint);
    const wrapper = smallDisk(mountPoint, diskKilobytes);
    if (wrapper === undefined) {
      return {
        tables: [],
        violations: [],
        leftOut: [
          "a full disk: neither root's mount(2) nor a user namespace is permitted here. Acceptable where this is so by " +
            "policy (most containers): a write that fails for another reason takes the same path, and folder-faults and " +
            "store-faults drill those",
        ],
      };
    }
    const violations = new Violations();
    const world = await createWorld();
    const sources = join(setting.work, "sources");
    await world.writeSources(sources);
    const { main, work } = setting;
    const server = await startServer({ main, work, sources, derivatives: mountPoint, wrapper });
    // The mount is in the server's namespace alone (proc(5), root).
    const seenFromHere = join("/proc", String(server.pid), "root", mountPoint);
    const client = openClient(server.port, 8);

    async function askAll(label: string, count: number) {
      const pictures = coldPictures(world, count, label);
      const right = await Promise.all(
        pictures.map(async (wanted: Wanted) => {
          const answer = await client.get(world.target(wanted));
          return !isLost(answer) && answer.status === 200 && answer.body.equals(await world.expected(wanted));
        }),
      );
      violations.expect(!right.includes(false), `${label}: an answer was lost or wrong`);
      const { whole, torn, temporary } = await inspectFolder(seenFromHere);
      violations.expect(torn.length === 0, `${label}: ${torn.length} derivatives are torn`);
      violations.expect(temporary === 0, `${label}: ${temporary} temporary files are left`);
      const stored = whole.filter((path) => path.includes(`.v-${label}-`)).length;
      return { stored, row: [count, right.filter(Boolean).length, stored, torn.length, temporary] };
    }

    const filling = await askAll("filling", renders[setting.form]);
    violations.expect(filling.stored < renders[setting.form], "the disk was never full");
    const failures = server.logged.filter(({ writeBack }) => String(writeBack).includes("ENOSPC")).length;
    violations.expect(failures > 0, "no write-back failed with ENOSPC");
    for (const name of await readdir(seenFromHere)) await rm(join(seenFromHere, name), { recursive: true });
    const after = await askAll("after", 5);
    violations.expect(after.stored === 5, "nothing is stored although there is room again");
    violations.expect((await server.stop()) === 0, "the server did not end with 0");
    client.close();
    const columns = [
      "",
      "renders",
      "answered rightly",
      "stored",
      "torn",
      "temporary files left",
      "failed with ENOSPC",
    ];
    const rows = [
      [`while a disk of ${diskKilobytes} kB fills up`, ...filling.row, failures],
      ["after room was made", ...after.row, 0],
    ];
    return { tables: [{ columns, rows }], violations: violations.list };
  },
};
