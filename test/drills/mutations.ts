/** What attackers, broken templates and bad proxies do to a signed URL. */

import type { Random } from "./random.ts";

type Mutation = (target: string, random: Random, others: readonly [string, ...string[]]) => string;

const fragments = [
  "%",
  "%2e",
  "%2F",
  "%5C",
  "%00",
  "%C0%AF",
  "%252F",
  "//",
  "/./",
  "/../",
  "/..%2f",
  "?",
  "&",
  "=",
  "#",
  ";",
  "\\",
  "\u0000",
  "\t",
  " ",
  "\r\n",
  "é",
  "\u202e",
  "\ud800",
  "&exp=1",
  "&exp=99999999999",
  "&ver=",
  "&sig=",
  "&kid=",
  "&kid=demo-2",
  "&%73ig=x",
  "&grant=a.b.c",
  "&w=640",
  "&w=0",
  "&w=99999",
  "&dpr=2",
  "&dpr=1e3",
  "&fm=avif",
  "&fm=gif",
  "&fm=__proto__",
  "constructor",
  "__proto__",
  "/_health",
  ".webp",
] as const;

const mutations: readonly [Mutation, ...Mutation[]] = [
  (target, random) => spliced(target, random, random.pick(fragments)),
  (target, random) => spliced(target, random, String.fromCharCode(random.integer(256))),
  (target, random) => {
    const at = random.integer(target.length);
    return target.slice(0, at) + target.slice(at + 1 + random.integer(8));
  },
  // One character for another of its kind: a digit of exp, a letter of the signature, of the source.
  (target, random) =>
    changed(target, random, (character) => {
      const next = String.fromCharCode(character.charCodeAt(0) + 1);
      return /[0-9A-Za-z]/.test(next) ? next : "0";
    }),
  (target, random) => changed(target, random, (character) => character.toUpperCase()),
  // Other spellings of the same, which have to go on working.
  (target, random) => changed(target, random, percentEncoded),
  (target) => target.replace(/%[0-9A-F]{2}/g, (triplet) => triplet.toLowerCase()),
  (target) => target.replace(/\?(.*)$/, (_, query: string) => `?${query.split("&").reverse().join("&")}`),
  (target) => `${target}${target.includes("?") ? "&" : "?"}utm_source=x&t=1700000000`,
  // A parameter twice, one missing, and one from somebody else's URL.
  (target, random) => withParameters(target, (parts) => [...parts, random.pick(["", ...parts])]),
  (target, random) => withParameters(target, (parts) => parts.toSpliced(random.integer(parts.length), 1)),
  (target, random, others) => {
    const name = random.pick(["sig", "exp", "ver", "kid"]);
    const theirs = new RegExp(`[?&](${name}=[^&]*)`).exec(random.pick(others))?.[1] ?? "";
    return withParameters(target, (parts) => [
      ...parts.filter((part) => !part.startsWith(`${name}=`)),
      theirs,
    ]);
  },
  // The path of one with the query of another.
  (target, random, others) => `${target.split("?")[0]}?${random.pick(others).split("?")[1] ?? ""}`,
  (target, random) =>
    target.replace(/^\/[^/]*/, `/${random.pick(["thumb", "og", "full", "logo", "nothing", "Thumb"])}`),
  (target) => target.replace(/sig=([^&]*)/, (_, sig: string) => `sig=${sig}=`),
  (target) => `http://127.0.0.1${target}`,
  (target) => target.repeat(2),
  (target, random) => target + "a".repeat(random.integer(9_000)),
  // A canonical path, which only viewer-request may write.
  (target) => `${target.split("?")[0]}/thumb.4c00e06c137e.webp`,
];

/** One to three of them, one after the other. */
export function mutate(target: string, random: Random, others: readonly [string, ...string[]]): string {
  let mutated = target;
  for (let times = 1 + random.integer(3); times > 0; times -= 1) {
    mutated = random.pick(mutations)(mutated, random, others);
  }
  return mutated;
}

function spliced(target: string, random: Random, text: string): string {
  const at = random.integer(target.length + 1);
  return target.slice(0, at) + text + target.slice(at);
}

function changed(target: string, random: Random, change: (character: string) => string): string {
  const at = random.integer(target.length);
  return target.slice(0, at) + change(target.charAt(at)) + target.slice(at + 1);
}

function percentEncoded(character: string): string {
  const code = character.charCodeAt(0);
  return character === "/" || code > 126 ? character : `%${code.toString(16).padStart(2, "0")}`;
}

function withParameters(target: string, change: (parts: string[]) => readonly string[]): string {
  const [path = "", query = ""] = target.split("?");
  return `${path}?${change(query.split("&")).join("&")}`;
}
