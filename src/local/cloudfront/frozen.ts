/** What is kept or shared beyond one request is a copy, and frozen to its last member: nobody's hands reach into it. */

/** @param data as JSON has it */
export function frozenCopy<T>(data: T): T {
  return freeze(structuredClone(data));
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) freeze(member);
    Object.freeze(value);
  }
  return value;
}
