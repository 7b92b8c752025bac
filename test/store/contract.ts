/** What every store promises; each implementation runs the same cases. */

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListedObject, Store } from "../../src/store/store.ts";

export interface OpenedStore {
  readonly store: Store;
  close(): Promise<void>;
}

export interface Quirks {
  /** False for a server that ignores `If-None-Match: *` on PutObject, and so writes over what is there. */
  readonly refusesTakenKeys: boolean;
}

const name = "thumb.3f9a1c20b4d7.webp";
const webp = { contentType: "image/webp" };

const oddKeys: Readonly<Record<string, string>> = {
  "a space": `photos/two words.jpg/${name}`,
  "a plus": `photos/1+1.jpg/${name}`,
  "a percent": `photos/100%.jpg/${name}`,
  "the text of an escape": `photos/a%2Fb%20c.jpg/${name}`,
  "XML's own characters": `photos/<a> & "b"'.jpg/${name}`,
  "a query's own characters": `photos/a?b=c#d;e.jpg/${name}`,
  "sub-delimiters": `photos/it's (1)!*,$@:~.jpg/${name}`,
  Korean: `사진/고양이.jpg/${name}`,
  "an emoji of several code points": `photos/🐈‍⬛.jpg/${name}`,
  "850 bytes of source key": `${Array.from({ length: 5 }, () => "k".repeat(169)).join("/")}/${name}`,
  "a dot file": `photos/.hidden.jpg/${name}`,
  "every part of a derivative's name": "photos/cat.jpg/banner.b81d44e07a15.1280w.v-7F_a-B.avif",
};

export function describeStore(subject: string, open: () => Promise<OpenedStore>, quirks: Quirks): void {
  describe(subject, () => {
    let opened: OpenedStore;
    let store: Store;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());

    it("gives back what was written: bytes, length, content type, ETag and time", async () => {
      const body = randomBytes(15_000);
      const before = Date.now();
      const etag = await store.writeIfAbsent(`written/cat.jpg/${name}`, body, webp);

      const read = await store.read(`written/cat.jpg/${name}`);
      expect(read?.body.equals(body)).toBe(true);
      expect(read).toMatchObject({ bytes: 15_000, contentType: "image/webp", etag, metadata: {} });
      expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
      // HTTP dates are whole seconds.
      expect(read?.lastModified.getTime()).toBeGreaterThan(before - 2_000);
      expect(read?.lastModified.getTime()).toBeLessThan(Date.now() + 2_000);
    });

    it("gives the same facts to head as to read, without the body", async () => {
      await store.writeIfAbsent(`head/cat.jpg/${name}`, Buffer.from("bytes"), {
        ...webp,
        metadata: { source: "head/cat.jpg" },
      });
      const { body, ...info } = (await store.read(`head/cat.jpg/${name}`)) ?? {};
      expect(body?.toString()).toBe("bytes");
      expect(await store.head(`head/cat.jpg/${name}`)).toEqual(info);
    });

    it("keeps metadata of any text", async () => {
      const metadata = {
        plain: "photos/cat.jpg",
        etag: '"5d41402abc4b2a76b9719d911017c592"',
        korean: "사진/고양이.jpg",
        spaces: " at both ends ",
        word: "=?UTF-8?B?bm90IG91cnM=?=",
        percent: "100%25",
        empty: "",
        long: "고".repeat(280),
      };
      await store.writeIfAbsent(`meta/cat.jpg/${name}`, Buffer.from("x"), { ...webp, metadata });
      expect((await store.read(`meta/cat.jpg/${name}`))?.metadata).toEqual(metadata);
      expect((await store.head(`meta/cat.jpg/${name}`))?.metadata).toEqual(metadata);
    });

    it("says undefined for what is not there", async () => {
      expect(await store.read(`absent/cat.jpg/${name}`)).toBeUndefined();
      expect(await store.head(`absent/cat.jpg/${name}`)).toBeUndefined();
    });

    it.each([
      ["an empty body", 0],
      ["a body of 5 MB", 5_000_000],
    ])("keeps %s", async (_, bytes) => {
      const body = randomBytes(bytes);
      await store.writeIfAbsent(`size/${bytes}.jpg/${name}`, body, webp);
      const read = await store.read(`size/${bytes}.jpg/${name}`);
      expect(read?.bytes).toBe(bytes);
      expect(read?.body.equals(body)).toBe(true);
    });

    it("refuses a body over maxBytes and gives one of exactly maxBytes", async () => {
      await store.writeIfAbsent(`limit/cat.jpg/${name}`, Buffer.alloc(100_000), webp);
      await expect(store.read(`limit/cat.jpg/${name}`, { maxBytes: 99_999 })).rejects.toMatchObject({
        code: "SOURCE_TOO_LARGE",
        message: `"limit/cat.jpg/${name}" has 100000 bytes, at most 99999 are accepted`,
      });
      expect((await store.read(`limit/cat.jpg/${name}`, { maxBytes: 100_000 }))?.bytes).toBe(100_000);
    });

    it.each(Object.entries(oddKeys))("keeps, lists and removes a key with %s", async (_, key) => {
      const body = Buffer.from(key);
      expect(await store.writeIfAbsent(key, body, webp)).toBeTypeOf("string");
      expect((await store.read(key))?.body.toString()).toBe(key);
      const source = key.slice(0, key.lastIndexOf("/") + 1);
      expect((await all(store.list(source))).map((listed) => listed.key)).toEqual([key]);
      expect(await store.removePrefix(source)).toBe(1);
      expect(await store.read(key)).toBeUndefined();
    });

    it("keeps a key apart from one that it is the beginning of", async () => {
      await store.writeIfAbsent("a", Buffer.from("short"), webp);
      await store.writeIfAbsent("a/b", Buffer.from("long"), webp);
      expect((await store.read("a"))?.body.toString()).toBe("short");
      expect((await store.read("a/b"))?.body.toString()).toBe("long");
      await store.remove("a");
      expect(await store.read("a")).toBeUndefined();
      expect((await store.read("a/b"))?.body.toString()).toBe("long");
      await store.remove("a/b");
    });

    it("keeps keys apart that differ only in case", async () => {
      for (const key of [
        `case/CAT.jpg/${name}`,
        `case/cat.jpg/${name}`,
        "case/v.jpg/t.v-A.webp",
        "case/v.jpg/t.v-a.webp",
      ]) {
        await store.writeIfAbsent(key, Buffer.from(key), webp);
        expect((await store.read(key))?.body.toString()).toBe(key);
      }
    });

    it("removes one object, and takes it easily when there is none", async () => {
      await store.writeIfAbsent(`one/cat.jpg/${name}`, Buffer.from("1"), webp);
      await store.writeIfAbsent(`one/cat.jpg/lqip.3f9a1c20b4d7.webp`, Buffer.from("2"), webp);
      await store.remove(`one/cat.jpg/${name}`);
      await store.remove(`one/cat.jpg/${name}`);
      expect((await all(store.list("one/"))).map(({ key }) => key)).toEqual([
        "one/cat.jpg/lqip.3f9a1c20b4d7.webp",
      ]);
      expect(await store.writeIfAbsent(`one/cat.jpg/${name}`, Buffer.from("3"), webp)).toBeTypeOf("string");
    });

    it("removes by prefix what begins with it and nothing else", async () => {
      const gone = [
        `purge/cat.jpg/${name}`,
        "purge/cat.jpg/lqip.3f9a1c20b4d7.webp",
        `purge/cat.jpg/inner.jpg/${name}`,
      ];
      const kept = [`purge/cat.jpg2/${name}`, `purge/dog.jpg/${name}`, `other/purge/cat.jpg/${name}`];
      for (const key of [...gone, ...kept]) await store.writeIfAbsent(key, Buffer.from(key), webp);

      expect(await store.removePrefix("purge/cat.jpg/")).toBe(gone.length);
      for (const key of gone) expect(await store.read(key)).toBeUndefined();
      for (const key of kept) expect((await store.read(key))?.body.toString()).toBe(key);

      expect(await store.removePrefix("purge/")).toBe(2);
      expect(await store.removePrefix("purge/")).toBe(0);
    });

    it("removes and lists by a prefix that ends within a name", async () => {
      const thumb = `within/cat.jpg/${name}`;
      const card = "within/cat.jpg/card.9c02d1e7f3aa.webp";
      const dog = "within/dog.jpg/thumb.9c02d1e7f3aa.webp";
      for (const key of [thumb, card, dog]) await store.writeIfAbsent(key, Buffer.from(key), webp);
      expect((await all(store.list("within/cat.jpg/th"))).map(({ key }) => key)).toEqual([thumb]);
      expect(await store.removePrefix("within/c")).toBe(2);
      expect((await all(store.list("within/"))).map(({ key }) => key)).toEqual([dog]);
    });

    it("lists and removes more than 1,000 keys", async () => {
      const keys = Array.from({ length: 1_005 }, (_, i) => `many/${String(i).padStart(4, "0")}.jpg/${name}`);
      const queue = [...keys];
      const writer = async () => {
        for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
          await store.writeIfAbsent(key, Buffer.from("many"), webp);
        }
      };
      await Promise.all(Array.from({ length: 16 }, writer));

      const listed = await all(store.list("many/"));
      expect(listed.map(({ key }) => key).sort()).toEqual(keys);
      expect(listed.every(({ bytes }) => bytes === 4)).toBe(true);
      expect(await store.removePrefix("many/")).toBe(keys.length);
      expect(await all(store.list("many/"))).toEqual([]);
    }, 60_000);

    it("fails with STORE_UNAVAILABLE when the signal was aborted", async () => {
      const signal = AbortSignal.abort(new Error("the viewer left"));
      const key = `aborted/cat.jpg/${name}`;
      const failure = { code: "STORE_UNAVAILABLE", message: expect.stringContaining(key) };
      await expect(store.read(key, { signal })).rejects.toMatchObject(failure);
      await expect(store.head(key, { signal })).rejects.toMatchObject(failure);
      await expect(store.writeIfAbsent(key, Buffer.from("x"), { ...webp, signal })).rejects.toMatchObject(
        failure,
      );
      expect(await store.read(key)).toBeUndefined();
    });

    if (!quirks.refusesTakenKeys) {
      it("writes over what is there: this server ignores If-None-Match", async () => {
        const key = `taken/cat.jpg/${name}`;
        expect(await store.writeIfAbsent(key, Buffer.from("first"), webp)).toBeTypeOf("string");
        expect(await store.writeIfAbsent(key, Buffer.from("second"), webp)).toBeTypeOf("string");
      });
      return;
    }

    it("does not write over what is there", async () => {
      const key = `taken/cat.jpg/${name}`;
      const etag = await store.writeIfAbsent(key, Buffer.from("first"), {
        ...webp,
        metadata: { by: "first" },
      });
      const second = { contentType: "image/avif", metadata: { by: "second" } };
      expect(await store.writeIfAbsent(key, Buffer.from("second, longer"), second)).toBeUndefined();
      const read = await store.read(key);
      expect(read?.body.toString()).toBe("first");
      expect(read).toMatchObject({ etag, contentType: "image/webp", metadata: { by: "first" } });
    });

    it("lets exactly one of 20 concurrent writers win, and keeps all of the winner's", async () => {
      for (let round = 0; round < 5; round += 1) {
        const key = `race/${round}.jpg/${name}`;
        const bodies = Array.from({ length: 20 }, () => randomBytes(20_000));
        const etags = await Promise.all(
          bodies.map((body, by) => store.writeIfAbsent(key, body, { ...webp, metadata: { by: String(by) } })),
        );
        const winners = etags.flatMap((etag, by) => (etag === undefined ? [] : [by]));
        expect(winners).toHaveLength(1);
        const read = await store.read(key);
        const winner = winners[0] ?? -1;
        expect(read?.body.equals(bodies[winner] ?? Buffer.of())).toBe(true);
        expect(read).toMatchObject({ etag: etags[winner], metadata: { by: String(winner) } });
      }
    });
  });
}

export async function all(listing: AsyncIterable<ListedObject>): Promise<ListedObject[]> {
  const listed = [];
  for await (const object of listing) listed.push(object);
  return listed;
}
