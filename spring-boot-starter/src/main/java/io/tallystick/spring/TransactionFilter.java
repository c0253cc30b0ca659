package io.tallystick.spring;

import io.tallystick.jdbc.TallystickException;
import io.tallystick.xa.http.IncomingTransactions;
import io.tallystick.xa.http.IncomingTransactions.Participation;
import io.tallystick.xa.http.NotAdmittedException;
import io.tallystick.xa.http.OutgoingTransactions;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a request take part in its caller's transaction, if it has one; needs nothing of Spring. The response is held back until the vote
 * stands in its header. When the handler throws, or answers 400 or more, its part is rolled back. A request within a transaction is handled
 * by its own thread from beginning to end: {@code startAsync} is refused. Thread-safe.
 *
 * <p>When the handler has ended, its part is prepared and not committed. A completion hears {@code STATUS_UNKNOWN} therefore; Spring's {@code
 * afterCommit}, and listeners in phase {@code AFTER_COMMIT}, run all the same when the method with {@code @Transactional} ends, as ever when
 * Spring takes part in somebody else's transaction: let the coordinator's service do what must follow a commit.
 */
public final class TransactionFilter implements Filter {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionFilter.class);

    /** Where Spring MVC leaves what an exception handler has turned into an answer. */
    private static final String HANDLED = "org.springframework.web.servlet.DispatcherServlet.EXCEPTION";

    private final IncomingTransactions incoming;
    private final int longestResponse;

    /** @param longestResponse bytes of a response that are held back, at most; a longer one rolls back */
    public TransactionFilter(IncomingTransactions incoming, int longestResponse) {
        this.incoming = incoming;
        this.longestResponse = longestResponse;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest in
                && response instanceof HttpServletResponse out
                && request.getDispatcherType() == DispatcherType.REQUEST
                && in.getHeader(OutgoingTransactions.REQUEST_HEADER) != null) {
            admit(in, out, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    private void admit(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (response.isCommitted()) {
            throw new ServletException(
                    "the response was committed before the handler was reached, so no vote could stand in"
                            + " its header: put the filter that writes it behind "
                            + TransactionFilter.class.getSimpleName());
        }
        Optional<Participation> part;
        try {
            part = incoming.begin(
                    String.join(",", Collections.list(request.getHeaders(OutgoingTransactions.REQUEST_HEADER))));
        } catch (TallystickException e) {
            int status =
                    e instanceof NotAdmittedException no ? no.status() : HttpServletResponse.SC_SERVICE_UNAVAILABLE;
            LOG.info(
                    "{} {} is refused with {}: {}",
                    request.getMethod(),
                    request.getRequestURI(),
                    status,
                    e.getMessage());
            PlainAnswer.send(response, status, String.valueOf(e.getMessage()));
            return;
        }
        takePart(part.orElseThrow(), request, response, chain);
    }

    private void takePart(
            Participation part, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HeldResponse held = new HeldResponse(response, longestResponse);
        try {
            chain.doFilter(new SynchronousRequest(request), held);
        } catch (Throwable e) {
            response.setHeader(OutgoingTransactions.RESPONSE_HEADER, part.failed(rootOf(e)));
            throw e;
        }
        if (response.isCommitted() || request.isAsyncStarted()) {
            // somebody has unwrapped the request or the response; without a vote everything is rolled back
            IllegalStateException bypass = new IllegalStateException(request.getRequestURI()
                    + " sent its response, or went on asynchronously, past the request and response it was given: within a"
                    + " transaction its vote must stand in the header first");
            part.failed(bypass);
            throw bypass;
        }
        response.setHeader(
                OutgoingTransactions.RESPONSE_HEADER,
                held.failed() ? part.failed(why(request, held)) : part.prepared());
        held.release();
    }

    private static @Nullable Throwable why(HttpServletRequest request, HeldResponse held) {
        if (held.tooLong() != null) {
            return held.tooLong();
        }
        Object handled = request.getAttribute(HANDLED);
        Object reported = handled == null ? request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) : handled;
        return reported instanceof Throwable thrown ? rootOf(thrown) : null;
    }

    private static Throwable rootOf(Throwable thrown) {
        Throwable root = thrown;
        while (root instanceof ServletException wrapped && wrapped.getRootCause() != null) {
            root = wrapped.getRootCause();
        }
        return root;
    }
}
