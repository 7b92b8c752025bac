/** Folders that fail: pictures that go, change or cannot be read, and derivatives that cannot be written. */

import { chmod, mkdir, readdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type Answer, isLost, type Lost, openClient } from "./client.ts";
import { type Drill, Violations } from "./drill.ts";
import { inspectFolder } from "./folder-inspection.ts";
import { withoutPrivileges } from "./permissions.ts";
import { startServer } from "./server-process.ts";
import { createWorld, type Wanted } from "./world.ts";

interface Stage {
  readonly sources: string;
  readonly derivatives: string;
  /** The picture that is asked for. */
  readonly file: string;
}

interface Row {
  readonly fault: string;
  readonly begin: (stage: Stage) => Promise<void>;
  readonly end: (stage: Stage) => Promise<void>;
  /** What the viewer gets meanwhile; 200 is always the right picture, byte by byte. */
  readonly status: number;
  readonly isStored?: true;
  /** Of the gallery, which lists the pictures. */
  readonly galleryStatus?: number;
}

const preset = "thumb";
const source = "photos/scene.jpg";

/** The one table that drives it. */
const rows: readonly Row[] = [
  {
    fault: "the source is deleted",
    begin: ({ file }) => rename(file, `${file}.away`),
    end: ({ file }) => rename(`${file}.away`, file),
    status: 404,
  },
  {
    fault: "the source cannot be read (mode 000)",
    begin: ({ file }) => chmod(file, 0o000),
    end: ({ file }) => chmod(file, 0o644),
    status: 503,
  },
  {
    fault: "a folder stands in the source's place",
    begin: async ({ file }) => {
      await rename(file, `${file}.away`);
      await mkdir(file);
    },
    end: async ({ file }) => {
      await rm(file, { recursive: true });
      await rename(`${file}.away`, file);
    },
    status: 404,
  },
  {
    fault: "a link out of the folder stands there",
    begin: async ({ file }) => {
      await rename(file, `${file}.away`);
      await symlink("/etc/passwd", file);
    },
    end: async ({ file }) => {
      await rm(file);
      await rename(`${file}.away`, file);
    },
    status: 404,
  },
  {
    fault: "the folder of sources is gone",
    begin: ({ sources }) => rename(sources, `${sources}.away`),
    end: ({ sources }) => rename(`${sources}.away`, sources),
    status: 404,
  },
  {
    fault: "the folder of sources cannot be read (mode 000)",
    begin: ({ sources }) => chmod(sources, 0o000),
    end: ({ sources }) => chmod(sources, 0o755),
    status: 503,
    galleryStatus: 503,
  },
  {
    fault: "the folder of derivatives is read-only (mode 555)",
    begin: ({ derivatives }) => chmodAll(derivatives, 0o555),
    end: ({ derivatives }) => chmodAll(derivatives, 0o755),
    status: 200,
  },
  {
    fault: "the folder of derivatives cannot be read (mode 000)",
    begin: ({ derivatives }) => chmod(derivatives, 0o000),
    end: ({ derivatives }) => chmod(derivatives, 0o755),
    status: 503,
  },
  {
    fault: "the folder of derivatives is removed",
    begin: ({ derivatives }) => rm(derivatives, { recursive: true }),
    end: async () => {},
    status: 200,
    isStored: true,
  },
];

const requestsPerFault = { short: 3, full: 30 };

export const folderFaults: Drill = {
  name: "folder-faults",
  promise:
    "Whatever becomes of the folders while the server runs, the viewer gets the right error or the right picture, and all " +
    "is well again once the fault ends.",
  async run(setting) {
    const wrapper = withoutPrivileges();
    if (wrapper === undefined) {
      return {
        tables: [],
        violations: [],
        leftOut: [
          "folders that fail: root reads and writes whatever the permissions say, and setpriv(1) is not there. Not " +
            "acceptable for long: run this drill as an ordinary user, or install util-linux",
        ],
      };
    }
    const violations = new Violations();
    const world = await createWorld();
    const [sources, derivatives] = [join(setting.work, "sources"), join(setting.work, "derivatives")];
    const stage = { sources, derivatives, file: join(sources, source) };
    await world.writeSources(sources);
    await mkdir(derivatives);
    const server = await startServer({
      main: setting.main,
      work: setting.work,
      sources,
      derivatives,
      wrapper,
    });
    const client = openClient(server.port, 20);
    const ask = (pictures: readonly Wanted[]) =>
      Promise.all(pictures.map((wanted) => client.get(world.target(wanted))));

    const results: (string | number)[][] = [];
    for (const [index, row] of rows.entries()) {
      const { fault, status, isStored = false, galleryStatus = 200 } = row;
      // A picture that is served from memory needs no folder.
      await ask(versions(`known${index}`, 1));
      await row.begin(stage);
      const during = await ask(versions(`f${index}`, requestsPerFault[setting.form]));
      const known = await ask(versions(`known${index}`, 1));
      const gallery = await client.get("/");
      await row.end(stage);
      const { whole, torn } = await inspectFolder(derivatives);
      const stored = whole.filter((path) => path.includes(`.v-f${index}-`)).length;
      const after = await ask(versions(`well${index}`, 1));

      const expected = await world.expected({ preset, source });
      const expectAll = (answers: readonly (Answer | Lost)[], wanted: number, when: string) => {
        for (const answer of answers) {
          violations.expect(
            answer.status === wanted,
            `${fault}, ${when}: ${wanted} expected, got ${answer.status}`,
          );
          const isWrong = answer.status === 200 && !isLost(answer) && !answer.body.equals(expected);
          violations.expect(!isWrong, `${fault}, ${when}: a wrong byte`);
        }
      };
      expectAll(during, status, "meanwhile");
      expectAll(known, 200, "meanwhile, from memory");
      expectAll(after, 200, "afterwards");
      violations.expect(gallery.status === galleryStatus, `${fault}: the gallery answers ${gallery.status}`);
      violations.expect(stored === (isStored ? during.length : 0), `${fault}: ${stored} are stored`);
      violations.expect(torn.length === 0, `${fault}: ${torn.length} are torn`);
      results.push([fault, `${during.length} x ${status}`, gallery.status, stored, after.length]);
    }
    violations.expect(!server.told().includes("another one takes its place"), "a worker has ended");
    violations.expect((await server.stop()) === 0, "the server did not end with 0");
    client.close();
    return {
      tables: [{ columns: ["fault", "answers", "gallery", "stored", "well again"], rows: results }],
      violations: violations.list,
    };
  },
};

function versions(label: string, count: number): readonly Wanted[] {
  return Array.from({ length: count }, (_, index) => ({ preset, source, version: `${label}-${index}` }));
}

/** The folder and those in it: a derivative goes into one of these. */
async function chmodAll(folder: string, mode: number): Promise<void> {
  for (const name of await readdir(folder)) await chmod(join(folder, name), mode);
  await chmod(folder, mode);
}
