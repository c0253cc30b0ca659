package io.tallystick.spring;

import io.tallystick.xa.http.XaEndpoints;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Where other services tell this one the end of a transaction, and ask it for its decisions. Every request is signed; let a security filter
 * pass them, without a CSRF token. Thread-safe.
 */
public final class EndpointsServlet extends HttpServlet {

    /** A hint is short; nobody fills the memory through an endpoint. */
    private static final int LONGEST_BODY = 8_192;

    private final transient XaEndpoints endpoints;

    public EndpointsServlet(XaEndpoints endpoints) {
        this.endpoints = endpoints;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String body = new String(request.getInputStream().readNBytes(LONGEST_BODY), StandardCharsets.UTF_8);
        // as it was sent and signed: not decoded
        String path = request.getRequestURI()
                .substring(request.getContextPath().length()
                        + request.getServletPath().length());
        XaEndpoints.Reply reply =
                endpoints.handle(request.getMethod(), path, body, request.getHeader(XaEndpoints.SIGNATURE_HEADER));
        PlainAnswer.send(response, reply.status(), reply.body());
    }
}
