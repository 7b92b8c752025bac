import { spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  appendFile,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Damage, openDerivativeFolder } from "../../src/store/derivative-folder.ts";
import { placeOf } from "../../src/store/derivative-place.ts";
import type { Store } from "../../src/store/store.ts";
import { scene } from "../fixtures/pictures.ts";
import { all } from "./contract.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

const source = "photos/cat.jpg";
const name = "thumb.3f9a1c20b4d7.webp";
const key = `${source}/${name}`;
// printf photos/cat.jpg | sha256sum | cut -c 1-40
const sourceHash = "9c4712116d1c1877625b387799d0618060dd1bd9";
const webp = { contentType: "image/webp", metadata: { source } };
const body = randomBytes(10_000);

let folder: TemporaryFolder;
let root: string;
let store: Store;
let damages: Damage[];

beforeEach(async () => {
  folder = await temporaryFolder();
  root = join(folder.path, "derivatives");
  damages = [];
  store = await reopen();
});
afterEach(() => folder.remove());

function reopen() {
  return openDerivativeFolder(root, { onDamage: (damage) => damages.push(damage) });
}

function place() {
  const found = placeOf(root, key);
  if (found === undefined) throw new Error("no place");
  return found;
}

async function temporaryNames(): Promise<string[]> {
  return readdir(join(root, ".tmp"));
}

/** The picture and its trailer. */
function fileBytes(): Promise<Buffer> {
  return readFile(place());
}

/** The file of a derivative with a picture of so many bytes. */
async function written(pictureBytes: number): Promise<Buffer> {
  await store.writeIfAbsent(key, body.subarray(0, pictureBytes), webp);
  return fileBytes();
}

async function flipBit(at: number): Promise<void> {
  const bytes = await fileBytes();
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(place(), bytes);
}

describe("the layout", () => {
  it("keeps a derivative under the hash of its source, the picture first and the rest in a trailer", async () => {
    await store.writeIfAbsent(key, body, webp);
    expect(await readdir(root)).toEqual([".tmp", "9c"]);
    expect(await readdir(join(root, "9c"))).toEqual([`${sourceHash}.${name}`]);
    const bytes = await fileBytes();
    expect(bytes.subarray(0, body.length).equals(body)).toBe(true);
    const [, json = "", seal, ...rest] = bytes.toString("utf8", body.length).split("\n");
    expect(JSON.parse(json)).toEqual({
      key,
      contentType: "image/webp",
      bytes: body.length,
      sha256: createHash("sha256").update(body).digest("hex"),
      writtenAt: expect.any(String),
      metadata: { source },
    });
    const sealed = createHash("sha256").update(`\n${json}\n`).digest("hex");
    expect([seal, ...rest]).toEqual([`${sealed} ${String(json.length + 2).padStart(8, "0")} imgseal1`, ""]);
    expect(await temporaryNames()).toEqual([]);
    expect((await stat(dirname(place()))).mode & 0o777 & ~0o755).toBe(0);
    expect((await stat(place())).mode & 0o777 & ~0o644).toBe(0);
  });

  it("keeps a source key of 850 bytes without a single slash", async () => {
    const long = `${"고".repeat(283)}k/${name}`;
    await store.writeIfAbsent(long, body, webp);
    expect((await store.read(long))?.body.equals(body)).toBe(true);
    expect((await all(store.list("고"))).map((listed) => listed.key)).toEqual([long]);
  });

  it("names files so that versions differing only in case never share one", () => {
    const names = ["t.v-A.webp", "t.v-a.webp", "t.v-AA.webp", "t.v-aA.webp", "t.v-Aa.webp"];
    const files = names.map((file) => placeOf(root, `${source}/${file}`)?.toLowerCase());
    expect(new Set(files).size).toBe(names.length);
  });

  it("keeps a derivative with the longest name that one can have, on the file system too", async () => {
    const longest = `p${"x".repeat(31)}.3f9a1c20b4d7.99999w.v-${"A".repeat(64)}.webp`;
    expect(longest).toHaveLength(124);
    await store.writeIfAbsent(`${source}/${longest}`, body, webp);
    expect((await store.read(`${source}/${longest}`))?.body.equals(body)).toBe(true);
    expect(await readdir(dirname(place()))).toEqual([
      `${sourceHash}.${longest.replace("A".repeat(64), "!A".repeat(64))}`,
    ]);
    expect((await all(store.list(`${source}/`))).map((listed) => listed.key)).toEqual([
      `${source}/${longest}`,
    ]);
    expect(await store.removePrefix(`${source}/`)).toBe(1);
  });

  it("takes file names of 255 bytes, and has no place for longer ones", async () => {
    const own = `${source}/t.v-${"A".repeat(105)}`;
    await store.writeIfAbsent(own, body, webp);
    expect((await store.read(own))?.body.equals(body)).toBe(true);
    expect((await readdir(dirname(place()))).map(({ length }) => length)).toEqual([255]);
    expect(placeOf(root, `${own}a`)).toBeUndefined();
  });

  it.each(["", "/", `${source}/`, `${source}/..`, `${source}/.`, `${source}/.tmp`, "a\0b"])(
    "has no place for the key %j",
    async (impossible) => {
      expect(await store.read(impossible)).toBeUndefined();
      expect(await store.head(impossible)).toBeUndefined();
      await expect(store.writeIfAbsent(impossible, body, webp)).rejects.toThrow(
        new TypeError(`Expected a key that ends in a derivative's name but received "${impossible}"`),
      );
    },
  );
});

describe("damage", () => {
  const unsealed = "it does not end in a trailer of its own";
  const altered = "the checksum differs from the trailer's";
  const damage: Readonly<Record<string, readonly [() => Promise<void>, string]>> = {
    "an empty file": [() => truncate(place(), 0), unsealed],
    "a file of zeros, as a power cut leaves it": [
      async () => writeFile(place(), Buffer.alloc((await fileBytes()).length)),
      unsealed,
    ],
    "a picture torn in the middle": [() => truncate(place(), 5_000), unsealed],
    "a picture without a trailer": [() => truncate(place(), body.length), unsealed],
    "a torn trailer": [() => truncate(place(), body.length + 60), unsealed],
    "a file that grew": [() => appendFile(place(), "x"), unsealed],
    "a picture that lost bytes before its trailer": [
      async () => writeFile(place(), (await fileBytes()).subarray(1)),
      unsealed,
    ],
    "a changed first byte": [() => flipBit(0), altered],
    "a changed byte in the middle": [() => flipBit(77), altered],
    "a changed last byte of the picture": [() => flipBit(body.length - 1), altered],
    "a changed content type": [
      async () => {
        const text = (await fileBytes()).toString("latin1").replace("image/webp", "image/jpeg");
        await writeFile(place(), text, "latin1");
      },
      unsealed,
    ],
    "the file of another key": [
      async () => {
        const dog = `photos/dog.jpg/${name}`;
        await store.writeIfAbsent(dog, body, webp);
        await rename(placeOf(root, dog) ?? "", place());
      },
      `the trailer is of "photos/dog.jpg/${name}"`,
    ],
  };

  it.each(Object.entries(damage))(
    "is %s: removed, reported, and rendered again",
    async (_, [inflict, reason]) => {
      await store.writeIfAbsent(key, body, webp);
      await inflict();

      expect(await store.read(key)).toBeUndefined();
      expect(damages).toEqual([{ key, reason }]);
      expect(await readdir(dirname(place()))).toEqual([]);

      expect(await store.writeIfAbsent(key, body, webp)).toBeTypeOf("string");
      expect((await store.read(key))?.body.equals(body)).toBe(true);
      expect(damages).toHaveLength(1);
    },
  );

  it("is a file that ends at any byte before its own end", async () => {
    const { length } = await written(100);
    for (const look of [store.read, store.head])
      for (let bytes = 0; bytes < length; bytes += 1) {
        await written(100);
        await truncate(place(), bytes);
        expect(await look(key)).toBeUndefined();
        expect(damages.splice(0)).toEqual([{ key, reason: unsealed }]);
      }
  }, 30_000);

  it("is a file of which any byte is another", async () => {
    const { length } = await written(100);
    for (let at = 0; at < length; at += 1) {
      await written(100);
      await flipBit(at);
      expect(await store.read(key)).toBeUndefined();
      expect(damages.splice(0)).toEqual([{ key, reason: at < 100 ? altered : unsealed }]);
    }
  }, 30_000);

  it.each(Object.entries(damage).filter(([, [, reason]]) => reason !== altered))(
    "is seen by head as well: %s",
    async (_, [inflict, reason]) => {
      await store.writeIfAbsent(key, body, webp);
      await inflict();
      expect(await store.head(key)).toBeUndefined();
      expect(damages).toEqual([{ key, reason }]);
      expect(await readdir(dirname(place()))).toEqual([]);
    },
  );

  it("is not reported for a removal", async () => {
    await store.writeIfAbsent(key, body, webp);
    await rm(place());
    expect(await store.read(key)).toBeUndefined();
    expect(await store.head(key)).toBeUndefined();
    expect(await all(store.list(""))).toEqual([]);
    expect(damages).toEqual([]);
  });

  it("is not listed, and removed with everything else of its source by removePrefix", async () => {
    await store.writeIfAbsent(key, body, webp);
    await truncate(place(), 5_000);
    expect(await all(store.list(""))).toEqual([]);
    expect(await store.removePrefix(`${source}/`)).toBe(1);
    expect(await readdir(dirname(place()))).toEqual([]);
  });

  it("is what lies there in another layout, a picture with a file beside it", async () => {
    await mkdir(dirname(place()));
    await writeFile(place(), body);
    await writeFile(`${place()}.meta`, JSON.stringify({ key, bytes: body.length }));
    expect(await all(store.list(""))).toEqual([]);
    expect(await store.writeIfAbsent(key, body, webp)).toBeUndefined();
    expect(await store.head(key)).toBeUndefined();
    expect(damages).toEqual([{ key, reason: unsealed }]);
    expect(await store.writeIfAbsent(key, body, webp)).toBeTypeOf("string");
    expect((await store.read(key))?.body.equals(body)).toBe(true);
    await store.removePrefix(`${source}/`);
    expect(await readdir(dirname(place()))).toEqual([]);
  });
});

describe("a writer that died", () => {
  it("leaves temporary files that the next opening removes, and only those", async () => {
    await store.writeIfAbsent(key, body, webp);
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const host = hostname().replace(/[^A-Za-z0-9]/g, "_");
    const hourAgo = new Date(Date.now() - 3_600_000);
    const files = {
      [`${host}.${dead}.00`]: { isRemoved: true },
      [`${host}.${process.pid}.01`]: { isRemoved: false },
      [`${host}.${process.pid}.02`]: { isRemoved: true, modified: hourAgo },
      [`${host}.${process.ppid}.03`]: { isRemoved: false },
      "elsewhere.1.04": { isRemoved: false },
      "elsewhere.1.05": { isRemoved: true, modified: hourAgo },
    };
    for (const [file, { modified }] of Object.entries<{ isRemoved: boolean; modified?: Date }>(files)) {
      await writeFile(join(root, ".tmp", file), "left");
      if (modified) await utimes(join(root, ".tmp", file), modified, modified);
    }
    await reopen();
    const kept = Object.entries(files).flatMap(([file, { isRemoved }]) => (isRemoved ? [] : [file]));
    expect((await temporaryNames()).sort()).toEqual(kept.sort());
    expect((await store.read(key))?.body.equals(body)).toBe(true);
  });
});

describe("a folder that cannot be written", () => {
  // Only Linux tells, in /proc.
  it.runIf(process.platform === "linux")(
    "leaves temporary files that the next opening removes, also of a writer nobody has waited for",
    async () => {
      // sleep takes the place of the shell, and knows nothing of the child that the shell had.
      const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 30"], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      const [zombie] = await once(parent.stdout, "data");
      const file = `${hostname().replace(/[^A-Za-z0-9]/g, "_")}.${String(zombie).trim()}.00`;
      await mkdir(join(root, ".tmp"));
      await writeFile(join(root, ".tmp", file), "left");
      const namesAfterReopening = async () => {
        await reopen();
        return temporaryNames();
      };
      await expect.poll(namesAfterReopening).toEqual([]);
      expect(process.kill(Number(zombie), 0)).toBe(true);
      parent.kill();
    },
  );

  it("fails with STORE_UNAVAILABLE when temporary files cannot be made", async () => {
    await rm(join(root, ".tmp"), { recursive: true, force: true });
    await writeFile(join(root, ".tmp"), "a file where the folder should be");
    await expect(store.writeIfAbsent(key, body, webp)).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringMatching(/^cannot store the derivative "photos\/cat.jpg\/.*": E(EXIST|NOTDIR)/),
    });
    expect((await readdir(root)).sort()).toEqual([".tmp"]);
  });

  it("leaves no temporary file behind when the derivative cannot be put in place", async () => {
    await writeFile(dirname(place()), "a file where the folder should be");
    await expect(store.writeIfAbsent(key, body, webp)).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining("ENOTDIR"),
    });
    expect(await temporaryNames()).toEqual([]);
    expect(await store.read(key)).toBeUndefined();
  });

  it("fails with STORE_UNAVAILABLE when it cannot be opened", async () => {
    await writeFile(join(folder.path, "file"), "");
    await expect(
      openDerivativeFolder(join(folder.path, "file"), { onDamage: () => {} }),
    ).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining("cannot open the derivatives"),
    });
  });

  // The speed of a network that is none opens well, has a length, and answers a read with EINVAL; only Linux has it.
  it.runIf(process.platform === "linux")("fails with STORE_UNAVAILABLE when the disk fails", async () => {
    await mkdir(dirname(place()));
    await symlink("/sys/class/net/lo/speed", place());
    for (const [action, look] of [["read", store.read] as const, ["look at", store.head] as const])
      await expect(look(key)).rejects.toMatchObject({
        code: "STORE_UNAVAILABLE",
        message: `cannot ${action} the derivative "${key}": EINVAL: invalid argument, read`,
      });
    expect(damages).toEqual([]);
  });

  it("refuses metadata that its trailer could not be read back with", async () => {
    await expect(
      store.writeIfAbsent(key, body, { contentType: "image/webp", metadata: { long: "x".repeat(8_192) } }),
    ).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining("the metadata is too long"),
    });
  });
});

it("ignores what is not its own when it lists and removes", async () => {
  await store.writeIfAbsent(key, body, webp);
  await mkdir(join(root, "notes"));
  await writeFile(join(root, "notes", "README.meta"), "{}");
  await writeFile(join(root, "README"), "");
  await writeFile(join(root, "ab"), "a file where a folder could be");
  await symlink("/", join(root, "root"));
  const beside = [
    "README",
    `${sourceHash}x`,
    `${"0".repeat(40)}.${name}`,
    `${sourceHash.toUpperCase()}.${name}`,
  ];
  for (const each of beside) await copyFile(place(), join(dirname(place()), each));
  await mkdir(join(root, "cd", `${sourceHash}.${name}`), { recursive: true });
  expect((await all(store.list(""))).map((listed) => listed.key)).toEqual([key]);
  expect(await store.removePrefix(`${source}/`)).toBe(1);
  expect(await store.removePrefix("")).toBe(0);
  expect(await readdir(join(root, "notes"))).toEqual(["README.meta"]);
  expect(await readdir(dirname(place()))).toEqual(beside.sort());
  expect(await readdir(join(root, "cd"))).toEqual([`${sourceHash}.${name}`]);
});

it("removes what was made of one source, and nothing of another one in the same folder", async () => {
  // Some lie before it in the folder, some after it.
  const lqip = "lqip.3f9a1c20b4d7.webp";
  const neighbours = Array.from({ length: 3_000 }, (_, i) => `photos/${i}.jpg`)
    .filter((other) => dirname(placeOf(root, `${other}/${name}`) ?? "") === dirname(place()))
    .flatMap((other) => [`${other}/${name}`, `${other}/${lqip}`]);
  expect(neighbours.length).toBeGreaterThan(4);
  const own = [key, `${source}/${lqip}`];
  for (const each of [...own, ...neighbours]) await store.writeIfAbsent(each, body, webp);
  const listed = async (prefix: string) => (await all(store.list(prefix))).map((object) => object.key).sort();

  expect(await listed(`${source}/`)).toEqual(own.toSorted());
  expect(await listed(`${source}/l`)).toEqual(own.slice(1));
  expect(await store.removePrefix(`${source}/`)).toBe(2);
  expect(await listed("")).toEqual(neighbours.toSorted());
  expect(await store.removePrefix("photos/")).toBe(neighbours.length);
});

it("keeps a picture in a file that opens as this picture", async () => {
  const picture = scene();
  for (const format of ["jpeg", "png", "webp", "avif", "gif"] as const) {
    const encoded = await picture.clone().toFormat(format).toBuffer();
    const own = `${source}/thumb.3f9a1c20b4d7.${format}`;
    await store.writeIfAbsent(own, encoded, { contentType: `image/${format}` });
    const file = placeOf(root, own);
    expect((await readFile(file ?? "")).length).toBeGreaterThan(encoded.length);
    const opened = sharp(file);
    expect(await opened.metadata()).toMatchObject({ format: (await sharp(encoded).metadata()).format });
    const pixels = await sharp(encoded).raw().toBuffer();
    expect((await opened.raw().toBuffer()).equals(pixels)).toBe(true);
  }
});

it("lets writers and two purges run against each other: each derivative is whole, and removed once", async () => {
  const keys = Array.from({ length: 8 }, (_, i) => `${source}/t.${i}.webp`);
  let isPurging = true;
  let written = 0;
  const writer = async (own: string) => {
    for (let round = 0; isPurging || round < 5; round += 1) {
      if ((await store.writeIfAbsent(own, randomBytes(2_000), webp)) !== undefined) written += 1;
      const read = await store.read(own);
      if (read !== undefined) expect(read.body).toHaveLength(2_000);
    }
  };
  const purger = async (prefix: string) => {
    let removed = 0;
    for (let i = 0; i < 100; i += 1) removed += await store.removePrefix(prefix);
    return removed;
  };
  const writers = Promise.all(keys.map(writer));
  const [bySource = 0, byWalk = 0] = await Promise.all([purger(`${source}/`), purger("photos/")]);
  isPurging = false;
  await writers;
  const last = await store.removePrefix(`${source}/`);
  expect(bySource + byWalk).toBeGreaterThan(0);
  expect(bySource + byWalk + last).toBe(written);
  expect(await readdir(dirname(place()))).toEqual([]);
  expect(damages).toEqual([]);
});

it("lets many writers make the same folder at once, and again after somebody has deleted it", async () => {
  const keys = Array.from({ length: 32 }, (_, i) => `${source}/t.${i}.webp`);
  for (const deleted of [dirname(place()), root]) {
    const etags = await Promise.all(keys.map((own) => store.writeIfAbsent(own, body, webp)));
    expect(etags).not.toContain(undefined);
    expect(await all(store.list(`${source}/`))).toHaveLength(keys.length);
    await rm(deleted, { recursive: true });
  }
  expect(await store.writeIfAbsent(key, body, webp)).toBeTypeOf("string");
  expect((await store.read(key))?.body.equals(body)).toBe(true);
});
