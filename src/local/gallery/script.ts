/**
 * What the browser runs: each picture is fetched when it comes near the window, so that its facts can be shown.
 *
 * An `<img>` tells neither bytes nor headers. Four requests at once leave the server's queue to others.
 */
export const script = `
const parallelism = 4;
const accept = "image/avif,image/webp,image/*,*/*;q=0.8";
const tools = document.getElementById("tools").content;
const announcement = document.getElementById("announcement");
const tally = document.getElementById("tally");
const figures = [...document.querySelectorAll("figure")];
const waiting = new Set();
const shown = new Map();
let running = 0;

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) waiting.add(target);
    else waiting.delete(target);
  }
  startWaiting();
}, { rootMargin: "50% 0%" });

function startWaiting() {
  for (const figure of waiting) {
    if (running >= parallelism) return;
    waiting.delete(figure);
    observer.unobserve(figure);
    running += 1;
    load(figure).finally(() => { running -= 1; startWaiting(); });
  }
}

async function load(figure) {
  const link = figure.querySelector("a");
  figure.setAttribute("aria-busy", "true");
  const answer = await ask(link.href);
  const { picture, error } = answer.blob ? await decode(answer.blob, link.dataset.alt) : answer;
  figure.toggleAttribute("data-failed", error !== undefined);
  figure.querySelector(".error").textContent = error ?? "";
  link.replaceChildren(...(picture ? [picture] : []));
  figure.querySelector(".facts").textContent = picture
    ? [picture.naturalWidth + " × " + picture.naturalHeight, answer.format, bytesInWords(answer.bytes)].join(" · ")
    : "no picture";
  const outcome = figure.querySelector(".outcome");
  outcome.textContent = [answer.outcome, timeInWords(answer.milliseconds)].filter(Boolean).join(" · ");
  outcome.dataset.cache = answer.cache;
  figure.removeAttribute("aria-busy");
  shown.set(figure, answer);
  writeTally();
}

async function ask(url) {
  const started = performance.now();
  try {
    const response = await fetch(url, { cache: "no-store", headers: { accept } });
    const blob = await response.blob();
    const milliseconds = performance.now() - started;
    const [cache = ""] = (response.headers.get("x-cache") ?? "").split(" ");
    if (!response.ok) {
      return { cache: "Error", outcome: String(response.status), bytes: 0, milliseconds, error: await blob.text() };
    }
    const origin = cache === "Miss" ? response.headers.get("x-imgseal") : null;
    const outcome = origin ? cache + ", " + origin : cache;
    return { cache, outcome, bytes: blob.size, format: blob.type.replace("image/", ""), milliseconds, blob };
  } catch {
    const milliseconds = performance.now() - started;
    return { cache: "Error", outcome: "", bytes: 0, milliseconds, error: "The server does not answer." };
  }
}

async function decode(blob, alt) {
  const picture = new Image();
  picture.alt = alt;
  picture.src = URL.createObjectURL(blob);
  try {
    await picture.decode();
    return { picture };
  } catch {
    return { error: "This browser cannot show " + blob.type + "." };
  } finally {
    URL.revokeObjectURL(picture.src);
  }
}

function timeInWords(milliseconds) {
  return milliseconds < 999.5 ? Math.round(milliseconds) + " ms" : (milliseconds / 1000).toFixed(1) + " s";
}

function bytesInWords(bytes) {
  if (bytes < 1000) return bytes + " B";
  const [value, unit] = bytes < 999500 ? [bytes / 1000, "kB"] : [bytes / 1000000, "MB"];
  return (value < 9.95 ? value.toFixed(1) : Math.round(value)) + " " + unit;
}

function writeTally() {
  const answers = [...shown.values()];
  const count = (cache) => answers.filter((answer) => answer.cache.endsWith(cache)).length;
  const bytes = answers.reduce((sum, answer) => sum + answer.bytes, 0);
  tally.textContent = [
    answers.length + " of " + figures.length,
    count("Hit") + " hit",
    count("Miss") + " miss",
    ...(count("Error") > 0 ? [count("Error") + " refused"] : []),
    bytesInWords(bytes),
  ].join(" · ");
}

const actions = {
  async reload(figure) {
    await load(figure);
    return figure.querySelector(".outcome").textContent;
  },
  async copy(figure) {
    await navigator.clipboard.writeText(figure.querySelector("a").href);
    return "Signed URL copied";
  },
};

// On a phone the presets are one line that scrolls.
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

for (const figure of figures) {
  const name = figure.querySelector("a").dataset.alt;
  figure.querySelector(".name").after(tools.cloneNode(true));
  for (const button of figure.querySelectorAll("button")) {
    const { action } = button.dataset;
    // Browsers keep the clipboard for https and for this machine: a phone in the same network has none.
    button.hidden = action === "copy" && !navigator.clipboard;
    button.setAttribute("aria-label", button.title + ": " + name);
    button.addEventListener("click", async () => {
      announcement.textContent = await actions[action](figure).catch(() => "The browser refused.");
      button.toggleAttribute("data-done", true);
      setTimeout(() => button.toggleAttribute("data-done", false), 1200);
    });
  }
  observer.observe(figure);
}
`;
