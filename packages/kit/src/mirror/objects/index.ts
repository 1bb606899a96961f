import type { MirroredObject } from '../mirrored-object.ts';
import { account } from './account.ts';
import { applicationFee } from './application-fee.ts';
import { balanceTransaction } from './balance-transaction.ts';
import { billingAlert } from './billing-alert.ts';
import { billingCreditGrant } from './billing-credit-grant.ts';
import { billingMeter } from './billing-meter.ts';
import { billingPortalConfiguration } from './billing-portal-configuration.ts';
import { charge } from './charge.ts';
import { checkoutSession } from './checkout-session.ts';
import { climateOrder } from './climate-order.ts';
import { coupon } from './coupon.ts';
import { creditNote } from './credit-note.ts';
import { customer } from './customer.ts';
import { dispute } from './dispute.ts';
import { entitlementsFeature } from './entitlements-feature.ts';
import { file } from './file.ts';
import { fileLink } from './file-link.ts';
import { identityVerificationSession } from './identity-verification-session.ts';
import { invoice } from './invoice.ts';
import { invoicePayment } from './invoice-payment.ts';
import { invoiceRenderingTemplate } from './invoice-rendering-template.ts';
import { invoiceitem } from './invoiceitem.ts';
import { issuingAuthorization } from './issuing-authorization.ts';
import { issuingCard } from './issuing-card.ts';
import { issuingCardholder } from './issuing-cardholder.ts';
import { issuingDispute } from './issuing-dispute.ts';
import { issuingTransaction } from './issuing-transaction.ts';
import { paymentIntent } from './payment-intent.ts';
import { paymentLink } from './payment-link.ts';
import { paymentMethod } from './payment-method.ts';
import { paymentMethodConfiguration } from './payment-method-configuration.ts';
import { paymentMethodDomain } from './payment-method-domain.ts';
import { payout } from './payout.ts';
import { plan } from './plan.ts';
import { price } from './price.ts';
import { product } from './product.ts';
import { promotionCode } from './promotion-code.ts';
import { quote } from './quote.ts';
import { radarEarlyFraudWarning } from './radar-early-fraud-warning.ts';
import { radarValueList } from './radar-value-list.ts';
import { refund } from './refund.ts';
import { reportingReportRun } from './reporting-report-run.ts';
import { review } from './review.ts';
import { setupIntent } from './setup-intent.ts';
import { shippingRate } from './shipping-rate.ts';
import { subscription } from './subscription.ts';
import { subscriptionSchedule } from './subscription-schedule.ts';
import { taxId } from './tax-id.ts';
import { taxRate } from './tax-rate.ts';
import { taxRegistration } from './tax-registration.ts';
import { terminalLocation } from './terminal-location.ts';
import { terminalReader } from './terminal-reader.ts';
import { testHelpersTestClock } from './test-helpers-test-clock.ts';
import { topup } from './topup.ts';
import { transfer } from './transfer.ts';

/** Every object type the mirror knows, in the order in which an import begins with them. One line each. */
export const mirroredObjects: readonly MirroredObject[] = [
  account,
  subscription,
  customer,
  price,
  product,
  invoice,
  charge,
  paymentIntent,
  refund,
  dispute,
  coupon,
  promotionCode,
  plan,
  invoiceitem,
  invoicePayment,
  creditNote,
  subscriptionSchedule,
  taxRate,
  balanceTransaction,
  payout,
  transfer,
  topup,
  applicationFee,
  setupIntent,
  paymentMethod,
  checkoutSession,
  paymentLink,
  quote,
  taxId,
  shippingRate,
  review,
  radarEarlyFraudWarning,
  radarValueList,
  file,
  fileLink,
  billingMeter,
  billingAlert,
  billingCreditGrant,
  billingPortalConfiguration,
  entitlementsFeature,
  taxRegistration,
  paymentMethodConfiguration,
  paymentMethodDomain,
  invoiceRenderingTemplate,
  testHelpersTestClock,
  identityVerificationSession,
  issuingAuthorization,
  issuingCard,
  issuingCardholder,
  issuingDispute,
  issuingTransaction,
  reportingReportRun,
  terminalLocation,
  terminalReader,
  climateOrder,
];
