import { describe, expect, test } from "vitest";
import { MAX_RESULTS, parseFilter, parsePage, parsePatch, parseUser, SCIM_USER, ScimError, userBody } from "./scim";

const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const patch = (...operations: unknown[]) => parsePatch({ schemas: [PATCH_OP], Operations: operations });
const refusalOf = (work: () => unknown): ScimError => {
  try {
    work();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
};

describe("a filter", () => {
  test.each([
    ['userName eq "ada@example.com"', { attribute: "userName", value: "ada@example.com" }],
    ['  USERNAME EQ "Ada@Example.com" ', { attribute: "userName", value: "Ada@Example.com" }],
    [`${SCIM_USER}:userName eq "a"`, { attribute: "userName", value: "a" }],
    ['externalId eq "a\\"b\\u00e9"', { attribute: "externalId", value: 'a"bé' }],
    ['id eq ""', { attribute: "id", value: "" }],
    [null, null],
    ["", null],
  ])("%j", (text, filter) => {
    expect(parseFilter(text)).toEqual(filter);
  });

  test.each(["x", "userName", 'userName co "a"', "userName eq a", "userName eq 'a'", 'userName eq "a" and active eq true', 'title eq "x"', '__proto__ eq "x"', 'constructor eq "x"', 'userName eq "\\x"', `userName eq "${"a".repeat(2000)}"`])("%j is refused", (text) => {
    expect(refusalOf(() => parseFilter(text))).toMatchObject({ status: 400, scimType: "invalidFilter" });
  });
});

test("a page is within its bounds, whatever is asked for", () => {
  expect(parsePage(null, null)).toEqual({ startIndex: 1, count: 100 });
  expect(parsePage("0", "-1")).toEqual({ startIndex: 1, count: 0 });
  expect(parsePage("-7", "100000")).toEqual({ startIndex: 1, count: MAX_RESULTS });
  expect(parsePage("3", "2")).toEqual({ startIndex: 3, count: 2 });
  for (const text of ["", "x", "1.5", "1e3", "9".repeat(10)]) expect(refusalOf(() => parsePage(text, null))).toMatchObject({ status: 400, scimType: "invalidValue" });
});

describe("a patch", () => {
  test.each([
    [[{ op: "replace", path: "active", value: false }], { active: false }],
    // As Entra writes it.
    [[{ op: "Replace", path: "active", value: "False" }], { active: false }],
    // As Okta does.
    [[{ op: "replace", value: { active: true } }], { active: true }],
    [[{ op: "add", path: `${SCIM_USER}:active`, value: "true" }], { active: true }],
    [[{ op: "replace", path: "active", value: false }, { op: "replace", path: "active", value: true }], { active: true }],
    [[{ op: "remove", path: "externalId" }], { externalId: null }],
    [[{ op: "replace", path: "externalId", value: "e-1" }], { externalId: "e-1" }],
    [[{ op: "replace", path: "userName", value: "ada@example.com " }], { userName: "ada@example.com" }],
    [[{ op: "replace", path: 'emails[type eq "work"].value', value: "x" }, { op: "add", value: { displayName: "Ada", "name.givenName": "Ada" } }], {}],
  ])("%j", (operations, change) => {
    expect(patch(...operations)).toEqual(change);
  });

  test.each([
    ["no schema", () => parsePatch({ Operations: [{ op: "replace", path: "active", value: false }] }), "invalidSyntax"],
    ["no object", () => parsePatch([]), "invalidSyntax"],
    ["no operations", () => parsePatch({ schemas: [PATCH_OP] }), "invalidSyntax"],
    ["an empty list of them", () => patch(), "invalidSyntax"],
    ["too many", () => patch(...Array.from({ length: 101 }, () => ({ op: "replace", path: "active", value: true }))), "invalidSyntax"],
    ["an operation that is none", () => patch("x"), "invalidSyntax"],
    ["another operation", () => patch({ op: "move", path: "active", value: true }), "invalidSyntax"],
    ["nothing to remove", () => patch({ op: "remove" }), "invalidPath"],
    ["a path that is none", () => patch({ op: "replace", path: "a b\n", value: true }), "invalidPath"],
    ["no boolean", () => patch({ op: "replace", path: "active", value: 0 }), "invalidValue"],
    ["removing whether somebody is active", () => patch({ op: "remove", path: "active" }), "invalidValue"],
    ["a long external id", () => patch({ op: "replace", path: "externalId", value: "é".repeat(513) }), "invalidValue"],
    ["an external id with a NUL", () => patch({ op: "replace", path: "externalId", value: "a\0" }), "invalidValue"],
    ["a name that is none", () => patch({ op: "replace", path: "userName", value: 7 }), "invalidValue"],
  ] as const)("with %s is refused", (_, work, scimType) => {
    expect(refusalOf(work)).toMatchObject({ status: 400, scimType });
  });
});

describe("a user", () => {
  test("is read in any case, and what people say of themselves here is passed over", () => {
    expect(parseUser({ Schemas: [SCIM_USER], USERNAME: " ada@example.com ", externalId: "", Active: "True", roles: [{ value: "owner" }], id: "x", displayName: "Ada" })).toEqual({ userName: "ada@example.com", externalId: null, active: true });
  });

  test.each([
    ["no name", { schemas: [SCIM_USER] }, "invalidValue"],
    ["an empty name", { schemas: [SCIM_USER], userName: " " }, "invalidValue"],
    ["no schema", { userName: "a" }, "invalidSyntax"],
    ["nothing", null, "invalidSyntax"],
  ] as const)("with %s is refused", (_, body, scimType) => {
    expect(refusalOf(() => parseUser(body))).toMatchObject({ status: 400, scimType });
  });

  test("of who has not come yet has no name", () => {
    const user = { id: "1", externalId: null, userName: "ada@example.com", name: "", active: true, role: "member", created: "2027-03-01T12:00:00.000Z" };
    expect(userBody(user, "https://portal.test/api/scim/v2/s")).toEqual({
      schemas: [SCIM_USER],
      id: "1",
      userName: "ada@example.com",
      active: true,
      emails: [{ value: "ada@example.com", type: "work", primary: true }],
      roles: [{ value: "member", primary: true }],
      meta: { resourceType: "User", created: user.created, location: "https://portal.test/api/scim/v2/s/Users/1" },
    });
  });
});
