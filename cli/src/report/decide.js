// Computes what a token with given scopes can call. This is the rule of `Policy::decide`, on data with implications already expanded.
// tests/browser/report.mjs compares its answers with those of `Policy::permits`, which asks `Policy::decide`.
"use strict";

/** Returns the function that judges each operation for a list of granted scopes. */
function decider(rule) {
  const covers = new Map(Object.entries(rule.covers));
  const templates = new Map(Object.entries(rule.templates));
  const characters = new Set(rule.values.characters);

  /** Tells whether `wildcard` is an active wildcard that covers `scope`. */
  function standsFor(wildcard, scope) {
    if (rule.wildcards === "off" || !wildcard.endsWith("*")) return false;
    const prefix = wildcard.slice(0, -1);
    if (prefix === "") return rule.wildcards === "prefixed-and-bare";
    return /[:/]$/.test(prefix) && scope.length > prefix.length && scope.startsWith(prefix);
  }

  /** Returns all scopes of a token: the granted scopes and those that they cover. */
  function has(granted) {
    const scopes = new Set(granted);
    for (const own of granted) rule.scopes.filter((scope) => standsFor(own, scope)).forEach((scope) => scopes.add(scope));
    for (const own of [...scopes]) for (const scope of covers.get(own) ?? []) scopes.add(scope);
    const wildcards = [...scopes].filter((scope) => scope.endsWith("*"));
    return { scopes, wildcards, covers: (scope) => scopes.has(scope) || wildcards.some((own) => standsFor(own, scope)) };
  }

  const isValue = (text) => text.length > 0 && text.length <= rule.values.longest && !rule.values.never.includes(text);

  /** Reads the values of a template's parameters from a scope, or from the prefix of a wildcard. Returns nothing if it does not match. */
  function valuesIn(parts, text, isBeginning) {
    const values = new Map();
    let rest = text;
    for (const part of parts) {
      if (isBeginning && (rest === "" || part.text?.startsWith(rest))) return values;
      if (part.text !== undefined) {
        if (!rest.startsWith(part.text)) return undefined;
        rest = rest.slice(part.text.length);
      } else {
        const end = [...rest].findIndex((character) => !characters.has(character));
        const value = end < 0 ? rest : rest.slice(0, end);
        if (!isValue(value)) return undefined;
        values.set(part.parameter, value);
        rest = rest.slice(value.length);
      }
    }
    return rest === "" ? values : undefined;
  }

  /** Collects for each parameter the values in the token's scopes, and one value that occurs in none of them. */
  function candidates(needs, token) {
    const found = new Map();
    for (const parts of needs.map((need) => templates.get(need) ?? [])) {
      for (const { parameter } of parts) if (parameter !== undefined && !found.has(parameter)) found.set(parameter, new Set());
      const whole = [...token.scopes].map((scope) => valuesIn(parts, scope, false));
      const begun = token.wildcards.map((scope) => valuesIn(parts, scope.slice(0, -1), true));
      for (const values of [...whole, ...begun]) for (const [parameter, value] of values ?? []) found.get(parameter).add(value);
    }
    const known = new Set([...found.values()].flatMap((values) => [...values]));
    let other = "x";
    while (known.has(other)) other += "x";
    found.forEach((values) => values.add(other));
    return { found, other };
  }

  const fill = (need, values) =>
    templates.get(need)?.map((part) => part.text ?? values.get(part.parameter)).join("") ?? need;

  /** The most combinations of values to try. */
  const MOST = 50_000;

  /**
   * Judges scopes that are needed together. Returns the values of parameters for which the token has all of them, without parameters
   * that may have any value. If there are none, returns what the token lacks.
   */
  function judge(needs, token) {
    const { found, other } = candidates(needs, token);
    let assignments = [new Map()];
    for (const [parameter, values] of found) {
      if (assignments.length * values.size > MOST) return { met: [], lacks: needs, untold: true };
      assignments = assignments.flatMap((before) => [...values].map((value) => new Map(before).set(parameter, value)));
    }
    const met = [];
    let least;
    for (const values of assignments) {
      const lacks = needs.filter((need) => !token.covers(fill(need, values)));
      if (lacks.length === 0) met.push(new Map([...values].filter(([, value]) => value !== other)));
      if (least === undefined || lacks.length < least.length) least = lacks;
    }
    return { met: withoutSpecial(met), lacks: least, untold: false };
  }

  /** Leaves out assignments that contain another assignment. */
  function withoutSpecial(all) {
    const isWithin = (few, many) => [...few].every(([parameter, value]) => many.get(parameter) === value);
    return all.filter((one) => !all.some((other) => other.size < one.size && isWithin(other, one)));
  }

  /** Judges one operation. `values` lists the parameter values for which it can be called, if not all. */
  function decide(row, token) {
    const mayLack = (row.also ?? []).filter((need) => judge([need], token).met.length === 0);
    if (row.access === "public") return { can: true, isPublic: true, values: [], mayLack };
    const floor = rule.floor.filter((scope) => !token.covers(scope));
    const ways = (row.alternatives ?? [[]]).map((needs) => judge(needs, token));
    const met = ways.flatMap((way) => way.met);
    if (floor.length === 0 && met.length > 0) {
      const values = met.some((one) => one.size === 0) ? [] : met;
      return { can: true, values, login: row.login ?? false, mayLack };
    }
    const least = ways.reduce((least, way) => (way.lacks.length < least.lacks.length ? way : least));
    return { can: false, values: [], lacks: [...new Set([...floor, ...least.lacks])], untold: ways.some((way) => way.untold), mayLack };
  }

  return (granted) => {
    const token = has(granted);
    return rule.rows.map((row) => decide(row, token));
  };
}

