/**
 * The basic plan of the OpenID Foundation for relying parties (`oidcc-client-basic-certification-test-plan`), with answers in addresses.
 */
import { describeBasicPlan } from './basic-plan.ts'

describeBasicPlan('basic plan', {})
