import type { Way } from "./step-up";
import { proofAdvice } from "./step-up-advice";
import type { Problem } from "./step-up-flow";

export interface Advice {
  title: string;
  /** What to do next. */
  next: string;
  /** code: start again with a new code · clients: make room on the list · wait: try again later · sign-in · two-factor: show one · none */
  way: "code" | "clients" | "wait" | "sign-in" | "two-factor" | "none";
}

/** What a refused request means for someone adding a client, and what to do next. The portal's own words come first. */
export function adviceFor(problem: Problem, factor: Way = "mail"): Advice {
  const { code, message } = problem;
  const proof = proofAdvice(problem, factor);
  if (proof) return { title: proof.title, next: proof.next, way: proof.again ? "code" : "wait" };
  switch (code) {
    case "subnet_full":
      return { title: "No address is free", next: `${message} Revoke a client that is no longer needed; its address is free again a day later.`, way: "clients" };
    case "plan_limit_reached":
      return { title: "The plan has no room for another client", next: `${message} Revoke a client that is no longer needed, or ask for a larger plan.`, way: "clients" };
    case "member_limit_reached":
      return { title: "You have as many clients as you may", next: message, way: "clients" };
    case "link_invalid":
      return { title: "This link no longer works", next: message, way: "none" };
    case "subscription_inactive":
      return { title: "The subscription isn't active", next: `${message} Clients can be added once it is active again.`, way: "none" };
    case "instance_not_ready":
      return { title: "The instance isn't ready yet", next: `${message} This usually takes less than a minute.`, way: "wait" };
    case "not_signed_in":
      return { title: "You are signed out", next: "Your session ended. Sign in again and start over; nothing was added.", way: "sign-in" };
    case "two_factor_required":
      return { title: "Two factors are required here now", next: "Somebody turned that on just now. Show your second factor, and start over; nothing was added.", way: "two-factor" };
    case "forbidden":
    case "not_found":
      return { title: "You can't add a client here", next: message, way: "none" };
    default:
      return { title: "That didn't work", next: message, way: "wait" };
  }
}
