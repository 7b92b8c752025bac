/** Markup that is safe by construction: what is interpolated is escaped, unless it is markup itself. */

export class Html {
  readonly markup: string;

  /** For text that is known to be markup; everything else goes through the `html` tag. */
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** `undefined` and `false` write nothing. */
export type Content = Html | string | number | undefined | false | readonly Content[];

/** Source keys come from a file system, where `"><script>` is a name like any other. */
export function html(literals: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(String.raw({ raw: literals }, ...contents.map(markupOf)));
}

function markupOf(content: Content): string {
  if (content === undefined || content === false) return "";
  if (content instanceof Html) return content.markup;
  if (typeof content === "object") return content.map(markupOf).join("");
  return String(content).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
