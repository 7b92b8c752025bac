/** One request to the origin at a time for each key: "Simultaneous requests for the same object (request collapsing)". */

export interface Asked {
  readonly key: string;
  readonly method: string;
  /** The viewer's conditions in one text, to be compared. */
  readonly conditions: string;
}

export interface Collapsible {
  /** It is GET's whole answer, whatever the conditions were: it serves whoever waits for the key. */
  readonly isWhole: boolean;
  /** Otherwise it is for the first alone, and the others go to the origin after it. */
  readonly isCollapsible: boolean;
}

interface Flight<Landed> extends Asked {
  readonly landed: Promise<Landed>;
}

/** Runs the work, or waits for the same work that runs already and shares what it brings. */
export function createCollapsing<Landed extends Collapsible>() {
  const flights = new Map<string, Flight<Landed>>();

  return async function collapse(asked: Asked, work: () => Promise<Landed>) {
    const { key, method, conditions } = asked;
    for (let flight = flights.get(key); flight !== undefined; flight = flights.get(key)) {
      const landed = await flight.landed;
      const isSame = flight.method === method && flight.conditions === conditions;
      // A HEAD brought no body, a Range a part, and a 304 is about one viewer's copy: who asks for more goes on to the
      // origin, one at a time all the same, for what comes may be the whole after all.
      if (!landed.isWhole && !isSame) continue;
      return landed.isCollapsible ? { landed, isShared: true } : { landed: await work(), isShared: false };
    }
    const landed = work();
    flights.set(key, { ...asked, landed });
    try {
      return { landed: await landed, isShared: false };
    } finally {
      flights.delete(key);
    }
  };
}
