// What a token with given scopes can call: the rule of `Policy::decide`, on data in which implications are closed already.
// tests/browser/report.mjs holds its answers to that function's.
"use strict";

/** Makes the function that judges each operation for a list of granted scopes. */
function decider(rule) {
  const covers = new Map(Object.entries(rule.covers));
  const templates = new Map(Object.entries(rule.templates));
  const characters = new Set(rule.values.characters);

  /** Tells whether `wildcard` is one that is in use, and `scope` among what it stands for. */
  function standsFor(wildcard, scope) {
    if (rule.wildcards === "off" || !wildcard.endsWith("*")) return false;
    const prefix = wildcard.slice(0, -1);
    if (prefix === "") return rule.wildcards === "prefixed-and-bare";
    return /[:/]$/.test(prefix) && scope.length > prefix.length && scope.startsWith(prefix);
  }

  /** Returns what a token has by what it grants: that, and what it stands for. */
  function has(granted) {
    const scopes = new Set(granted);
    for (const own of granted) rule.scopes.filter((scope) => standsFor(own, scope)).forEach((scope) => scopes.add(scope));
    for (const own of [...scopes]) for (const scope of covers.get(own) ?? []) scopes.add(scope);
    const wildcards = [...scopes].filter((scope) => scope.endsWith("*"));
    return { scopes, wildcards, covers: (scope) => scopes.has(scope) || wildcards.some((own) => standsFor(own, scope)) };
  }

  const isValue = (text) => text.length > 0 && text.length <= rule.values.longest && !rule.values.never.includes(text);

  /** Reads the values of a template's parameters off a scope, or off the beginning of scopes; nothing where it does not fit. */
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

  /** Collects for each parameter the values that the token's scopes have in its place, and one that they do not have. */
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

  /** More combinations of values than that are not tried. */
  const MOST = 50_000;

  /**
   * Judges scopes that are needed together: for which values of parameters the token has them all, a parameter that may have any value
   * left out, and what it lacks where it has them for no value.
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

  /** Leaves out those of several assignments that another one has within itself. */
  function withoutSpecial(all) {
    const isWithin = (few, many) => [...few].every(([parameter, value]) => many.get(parameter) === value);
    return all.filter((one) => !all.some((other) => other.size < one.size && isWithin(other, one)));
  }

  /** Judges one operation. Where it can be called for some values of parameters alone, `values` has these. */
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

