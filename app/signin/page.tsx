import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { signInError } from "@/app/_client/sign-in-errors";
import { signInOptions } from "@/lib/auth/sign-in-options";
import { safeReturnPath } from "@/lib/core/return-path";
import { publicPage } from "@/lib/http/page";
import { SignIn } from "./_components/sign-in";
import { SignInFrame } from "./_components/sign-in-frame";

export const metadata: Metadata = { title: "Sign in" };

export default publicPage(async ({ searchParams, actor }) => {
  const { providers, password, passkey, portalOrigin } = signInOptions();
  // After a failure next-auth comes back with an absolute URL.
  const returnPath = safeReturnPath(searchParams.callbackUrl, portalOrigin);
  const error = signInError(searchParams.error);
  if (actor && !error) redirect(returnPath);
  return (
    <SignInFrame>
      <SignIn options={{ providers, password, passkey }} returnPath={returnPath} arrival={error} />
    </SignInFrame>
  );
});
