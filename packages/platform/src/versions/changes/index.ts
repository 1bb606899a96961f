import type { VersionChange } from '../change.ts';
import { basilAggregateUsage } from './basil-aggregate-usage.ts';
import { basilCreditNoteRefunds } from './basil-credit-note-refunds.ts';
import { basilInvoiceParent } from './basil-invoice-parent.ts';
import { basilInvoicePayments } from './basil-invoice-payments.ts';
import { basilPricing } from './basil-pricing.ts';
import { basilShippingDetails } from './basil-shipping-details.ts';
import { basilSingleDiscount } from './basil-single-discount.ts';
import { basilSubscriptionPeriod } from './basil-subscription-period.ts';
import { basilTaxes } from './basil-taxes.ts';
import { basilUpcomingInvoices } from './basil-upcoming-invoices.ts';
import { cloverDiscountSource } from './clover-discount-source.ts';
import { cloverFlexibleBilling } from './clover-flexible-billing.ts';
import { cloverPhaseDuration } from './clover-phase-duration.ts';
import { cloverPromotion } from './clover-promotion.ts';
import { dahliaForgottenParams } from './dahlia-forgotten-params.ts';
import { dahliaLeftOut } from './dahlia-left-out.ts';
import { dahliaUiMode } from './dahlia-ui-mode.ts';
import { endiveBillingCycleAnchor } from './endive-billing-cycle-anchor.ts';
import { endivePaymentMethodTypes } from './endive-payment-method-types.ts';
import { endiveRejectReason } from './endive-reject-reason.ts';

/** Every breaking change, newest first: the order in which answers are turned back. */
export const CHANGES: readonly VersionChange[] = [
  endivePaymentMethodTypes,
  endiveBillingCycleAnchor,
  endiveRejectReason,
  dahliaUiMode,
  dahliaLeftOut,
  dahliaForgottenParams,
  cloverDiscountSource,
  cloverPromotion,
  cloverPhaseDuration,
  cloverFlexibleBilling,
  basilSubscriptionPeriod,
  basilPricing,
  basilTaxes,
  basilSingleDiscount,
  basilInvoiceParent,
  basilInvoicePayments,
  basilCreditNoteRefunds,
  basilShippingDetails,
  basilAggregateUsage,
  basilUpcomingInvoices,
];
