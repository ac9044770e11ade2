import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { SignInFrame } from "@/app/signin/_components/sign-in-frame";
import { signInOptions } from "@/lib/auth/sign-in-options";
import { safeReturnPath } from "@/lib/core/return-path";
import { publicPage } from "@/lib/http/page";
import { Register } from "./_components/register";

export const metadata: Metadata = { title: "Make an account" };

export default publicPage(async ({ searchParams, actor }) => {
  const { password, portalOrigin } = signInOptions();
  if (!password) notFound();
  const returnPath = safeReturnPath(searchParams.callbackUrl, portalOrigin);
  if (actor) redirect(returnPath);
  return (
    <SignInFrame>
      <Register returnPath={returnPath} signInHref={returnPath === "/" ? "/signin" : `/signin?callbackUrl=${encodeURIComponent(returnPath)}`} />
    </SignInFrame>
  );
});
