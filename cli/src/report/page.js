// The page: reads what a reviewer ticks, types and searches for, and shows what the token can call.
{
  const find = (id) => document.getElementById(id);
  const rule = JSON.parse(find("rule").textContent);
  const decide = decider(rule);
  const table = document.querySelector(".operations table");
  const rows = [...table.tBodies[0].rows].map((row) => ({ row, text: row.textContent.toLowerCase() }));
  const boxes = [...document.querySelectorAll(".scopes input")];

  const element = (name, className, ...children) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };
  const code = (text) => element("code", "", text);
  const join = (items, between) => items.flatMap((item, at) => (at === 0 ? [item] : [between, item]));

  const heading = element("th", "", "This token");
  heading.scope = "col";
  table.tHead.rows[0].append(heading);
  const cells = rows.map(({ row }) => row.insertCell());
  const shown = [];

  function granted() {
    const ticked = boxes.filter((box) => box.checked).map((box) => box.value);
    return [...new Set([...ticked, ...find("others").value.split(/\s+/).filter(Boolean)])];
  }

  const values = (one) => join([...one].map(([parameter, value]) => element("span", "value", code(`{${parameter}}`), " = ", code(value))), ", ");

  /** Writes a verdict into its cell if it has changed. */
  function show(at, verdict) {
    const key = JSON.stringify({ ...verdict, values: verdict.values.map((one) => [...one]) });
    if (shown[at] === key) return;
    shown[at] = key;
    const word = element("strong", verdict.can ? "yes" : "no", verdict.can ? "Yes" : "No");
    const notes = [];
    if (verdict.isPublic) notes.push(["needs no token"]);
    if (verdict.values.length > 0) notes.push(["for ", ...join(verdict.values.map((one) => element("span", "values", ...values(one))), "; ")]);
    if (verdict.login) notes.push(["with the required login"]);
    if (verdict.lacks?.length > 0) notes.push(["lacks ", ...join(verdict.lacks.map(code), " ")]);
    if (verdict.untold) notes.push(["there are too many combinations of values to try all of them"]);
    if (verdict.can && verdict.mayLack.length > 0) notes.push(["refused if the handler demands ", ...join(verdict.mayLack.map(code), " or ")]);
    cells[at].replaceChildren(word, ...notes.map((note) => element("p", "more", ...note)));
  }

  const count = (number, one, several) => `${number.toLocaleString("en")} ${number === 1 ? one : several}`;

  const listed = (words) => words.join(", ").replace(/, (?=[^ ]*$)/, " and ");

  let verdicts = [];
  function judge() {
    verdicts = decide(granted());
    verdicts.forEach((verdict, at) => show(at, verdict));
    filter();
  }

  const shows = {
    all: () => true,
    yes: (at) => verdicts[at].can,
    no: (at) => !verdicts[at].can,
    public: (at) => rule.rows[at].access === "public",
    login: (at) => rule.rows[at].login === true,
  };

  function filter() {
    const words = find("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    rows.forEach(({ row, text }, at) => {
      row.hidden = !(shows[find("show").value](at) && words.every((word) => text.includes(word)));
      if (!row.hidden) left += 1;
    });
    tell(left);
  }

  /** Summarises the table, also for screen readers. */
  function tell(left) {
    const scopes = granted();
    const token = scopes.length === 0 ? "A token without scopes" : `A token with ${scopes.length > 3 ? count(scopes.length, "scope", "scopes") : listed(scopes)}`;
    const can = verdicts.filter((verdict) => verdict.can).length;
    const inPart = verdicts.filter((verdict) => verdict.values.length > 0).length;
    const part = inPart > 0 ? `, ${inPart.toLocaleString("en")} of them only for some values` : "";
    const some = left < rows.length ? ` ${left.toLocaleString("en")} shown.` : "";
    find("told").textContent = `${token} can call ${can.toLocaleString("en")} of ${count(rows.length, "operation", "operations")}${part}.${some}`;
  }

  function findScopes() {
    const text = find("find").value.toLowerCase();
    for (const box of boxes) box.closest("li").hidden = !box.checked && !box.closest("li").textContent.toLowerCase().includes(text);
  }

  boxes.forEach((box) => box.addEventListener("change", judge));
  find("others").addEventListener("input", judge);
  find("search").addEventListener("input", filter);
  find("show").addEventListener("change", filter);
  find("find")?.addEventListener("input", findScopes);
  find("clear").addEventListener("click", () => {
    boxes.forEach((box) => (box.checked = false));
    find("others").value = "";
    judge();
  });
  find("token").hidden = false;
  find("filters").hidden = false;
  judge();
}
