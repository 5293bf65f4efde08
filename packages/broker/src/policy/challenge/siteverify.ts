/** Turnstile, reCAPTCHA and hCaptcha: the same question at three addresses. */
import { type ChallengeHttpProvider, siteVerifyForm, siteVerifyVerdict } from "./provider.js";

const siteVerify = (defaultUrl: string): ChallengeHttpProvider => ({
  defaultUrl,
  question: siteVerifyForm,
  verdict: siteVerifyVerdict,
});

export const turnstile = siteVerify("https://challenges.cloudflare.com/turnstile/v0/siteverify");
export const recaptcha = siteVerify("https://www.google.com/recaptcha/api/siteverify");
export const hcaptcha = siteVerify("https://api.hcaptcha.com/siteverify");
