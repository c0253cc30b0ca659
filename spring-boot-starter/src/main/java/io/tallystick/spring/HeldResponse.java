package io.tallystick.spring;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/**
 * A response that is kept until the vote stands in its header: body, error and redirect leave with {@link #release}. Status and headers
 * go to the real response at once, which nothing commits meanwhile. Used by the request's thread.
 */
final class HeldResponse extends HttpServletResponseWrapper {

    private final int longest;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final Body stream = new Body();
    private @Nullable PrintWriter writer;
    private boolean streaming;
    private @Nullable End end;
    private @Nullable IOException tooLong;

    /** What ends a response at once: an error or a redirect. */
    private interface End {
        void perform() throws IOException;
    }

    /** @param longest bytes of the body, at most */
    HeldResponse(HttpServletResponse response, int longest) {
        super(response);
        this.longest = longest;
    }

    private HttpServletResponse real() {
        return (HttpServletResponse) getResponse();
    }

    // ---- for the filter

    /** Whether it answers an error. */
    boolean failed() {
        // what does not fit is noticed when it is written
        flushBuffer();
        return getStatus() >= SC_BAD_REQUEST || tooLong != null;
    }

    /** What was thrown at the handler when its body did not fit any more; it may have gone on. */
    @Nullable
    IOException tooLong() {
        return tooLong;
    }

    void release() throws IOException {
        flushBuffer();
        if (tooLong != null) {
            real().resetBuffer();
            real().sendError(SC_INTERNAL_SERVER_ERROR, tooLong.getMessage());
        } else if (end != null) {
            end.perform();
        } else if (body.size() > 0) {
            body.writeTo(real().getOutputStream());
        }
    }

    // ---- the body

    @Override
    public ServletOutputStream getOutputStream() {
        if (writer != null) {
            throw new IllegalStateException("getWriter() has been called for this response");
        }
        streaming = true;
        return stream;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        if (streaming) {
            throw new IllegalStateException("getOutputStream() has been called for this response");
        }
        PrintWriter open = writer;
        if (open == null) {
            open = new PrintWriter(new OutputStreamWriter(stream, getCharacterEncoding()));
            // fixes the encoding in the header, as the real writer would
            real().setCharacterEncoding(getCharacterEncoding());
            writer = open;
        }
        return open;
    }

    @Override
    public void flushBuffer() {
        if (writer != null) {
            writer.flush();
        }
    }

    @Override
    public boolean isCommitted() {
        return end != null;
    }

    @Override
    public void resetBuffer() {
        mustNotHaveEnded();
        flushBuffer();
        body.reset();
    }

    @Override
    public void reset() {
        resetBuffer();
        real().reset();
        writer = null;
        streaming = false;
    }

    // ---- ends

    @Override
    public void sendError(int status) throws IOException {
        end(status, () -> real().sendError(status));
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        end(status, () -> real().sendError(status, message));
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        end(SC_FOUND, () -> real().sendRedirect(location));
    }

    @Override
    public void sendRedirect(String location, int status) throws IOException {
        end(status, () -> real().sendRedirect(location, status));
    }

    @Override
    public void sendRedirect(String location, boolean clearBuffer) throws IOException {
        sendRedirect(location, SC_FOUND, clearBuffer);
    }

    @Override
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        end(status, () -> real().sendRedirect(location, status, clearBuffer));
    }

    private void end(int status, End how) {
        resetBuffer();
        setStatus(status);
        end = how;
    }

    private void mustNotHaveEnded() {
        if (end != null) {
            throw new IllegalStateException("an error or a redirect has been sent: the response has ended");
        }
    }

    private final class Body extends ServletOutputStream {

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            if (tooLong != null || length > longest - body.size()) {
                tooLong = new IOException(
                        "a response within a transaction is held back until its vote is known, and this one is longer"
                                + " than " + longest
                                + " bytes: answer less, or raise tallystick.xa.http.longest-response");
                throw tooLong;
            }
            if (end == null) {
                body.write(bytes, from, length);
            }
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new IllegalStateException("a response within a transaction is written by the request's own thread");
        }
    }
}
