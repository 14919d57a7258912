// The story, told with the types that openapi-typescript makes of the description: joining to a message.
import type { components, operations } from "./wherefore";

type Read<Name extends keyof components["schemas"]> = components["schemas"][Name];
type Sent<Name extends keyof operations> = operations[Name] extends {
  requestBody?: { content: { "application/json": infer Body } };
} ? Body : never;
type Answer<Name extends keyof operations> = operations[Name]["responses"] extends infer All
  ? { [Status in keyof All & (200 | 201 | 202)]: All[Status] extends { content: { "application/json": infer Body } } ? Body : null }[
      keyof All & (200 | 201 | 202)]
  : never;

declare const process: { env: Record<string, string | undefined> };

async function call<Name extends keyof operations>(
  token: string | null, method: string, path: string, body?: Sent<Name>,
): Promise<Answer<Name>> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (token !== null) headers["Authorization"] = `Bearer ${token}`;
  const reply = await fetch(`${process.env["WHEREFORE"] ?? ""}/api/v1${path}`, {
    method, headers, body: body === undefined ? null : JSON.stringify(body),
  });
  if (!reply.ok) {
    const problem: Read<"Problem"> = await reply.json();
    throw new Error(`${problem.type}: ${problem.detail}`);
  }
  return await reply.json();
}

async function join(name: string): Promise<string> {
  const who = { email: `${name.toLowerCase()}.in.types@example.org`, password: "a lantern over nine quiet harbours" };
  await call<"CreateAccount">(null, "POST", "/accounts", { ...who, display_name: name, over_18: true });
  const made = await call<"CreateToken">(null, "POST", "/tokens", { ...who, name: "types" });
  const purpose: Read<"Purpose"> = "hobby";
  await call<"SwitchOnPurpose">(made.token, "PUT", `/me/purposes/${purpose}`, {});
  return made.token;
}

const [ada, grace] = [await join("Ada"), await join("Grace")];
const theirs = await call<"AddStatement">(grace, "POST", "/me/statements", {
  purpose: "hobby", role: "about", text: "I carve spoons and bowls from windfall apple wood",
});
const me = await call<"Me">(grace, "GET", "/me");
const draft: Read<"RequestCreate"> = {
  recipient_id: me.id,
  purpose: "hobby",
  anchor: { kind: "statement", id: theirs.id },
  reason: "You carve spoons from windfall apple wood. An apple tree fell in our yard and I have two blunt knives: " +
    "which cut do you make first? I can send you a piece of the trunk.",
};
const request = await call<"SendConnectionRequest">(ada, "POST", "/connection-requests", draft);
const accepted = await call<"AcceptConnectionRequest">(grace, "POST", `/connection-requests/${request.id}/acceptance`);
const connection: string | null = accepted.connection_id;
const message = await call<"SendMessage">(ada, "POST", `/connections/${connection}/messages`, {
  text: "Shall I post the wood?",
});
console.log(message.text);

// What is not so must not compile: else the types would say nothing.
// @ts-expect-error - there is no such field
export const wrongField = (read: Read<"MeRead">) => read.employer;
// @ts-expect-error - there is no such purpose
export const wrongPurpose: Read<"Purpose"> = "recruiting";
// @ts-expect-error - a request needs a reason
export const wrongRequest: Read<"RequestCreate"> = { recipient_id: me.id, purpose: "hobby" };
// @ts-expect-error - a connection may not have come of it yet
export const wrongNull = (read: Read<"RequestRead">): string => read.connection_id;
