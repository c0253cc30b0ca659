/**
 * One transaction over several services: start at {@link io.tallystick.xa.http.XaHttp}.
 *
 * <p>The service that begins is the coordinator, and its decision row lies in its own database. A request carries the transaction's id
 * in a header; the service that is called works, prepares at the end of the request, and reports its prepared branches in a header of the
 * response: no call to enlist, none to prepare, and any replica can finish ("unsolicited vote": Samaras, Britton, Citron, Mohan 1995).
 * Phase 2 is an idempotent POST; a participant that hears nothing asks for the decision, and that question settles it. Everything is
 * signed; a service that is not among the known peers is refused. Threads: the request's own.
 */
@NullMarked
package io.tallystick.xa.http;

import org.jspecify.annotations.NullMarked;
