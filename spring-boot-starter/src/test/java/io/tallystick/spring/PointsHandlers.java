package io.tallystick.spring;

import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** The service for points: books 30, and answers in every way a handler may. */
@RestController
class PointsHandlers {

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final JdbcTemplate accounts;

    PointsHandlers(JdbcTemplate accounts) {
        this.accounts = accounts;
    }

    List<String> heard() {
        return heard;
    }

    private void book() {
        accounts.update("UPDATE account SET amount = amount + 30 WHERE id = 1");
    }

    @PostMapping("/book")
    @Transactional
    public String booked() {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                heard.add("after commit");
            }

            @Override
            public void afterCompletion(int status) {
                heard.add("completed " + status);
            }
        });
        book();
        return "booked";
    }

    @PostMapping("/book-without-annotation")
    public String bookedPlainly() {
        book();
        return "booked";
    }

    @PostMapping("/throw")
    @Transactional
    public String thrown() {
        book();
        throw new IllegalStateException("out of points");
    }

    @PostMapping("/refuse")
    public String refused() {
        book();
        throw new ResponseStatusException(HttpStatus.CONFLICT, "no points today");
    }

    @PostMapping("/handled")
    public String handled() {
        book();
        throw new IllegalArgumentException("turned into an answer");
    }

    @ExceptionHandler(IllegalArgumentException.class)
    public ResponseEntity<String> answer(IllegalArgumentException e) {
        return ResponseEntity.unprocessableContent().body("sorry");
    }

    @PostMapping("/doomed")
    @Transactional
    public String doomed() {
        book();
        TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
        return "all is well";
    }

    @PostMapping("/flush")
    public void flushed(HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.getOutputStream().write("first ".getBytes(StandardCharsets.UTF_8));
        response.flushBuffer();
        book();
        response.getOutputStream().write("then".getBytes(StandardCharsets.UTF_8));
    }

    @PostMapping("/unwrap")
    public void unwrapped(HttpServletResponse response) throws IOException {
        book();
        HttpServletResponse real = response;
        while (real instanceof ServletResponseWrapper wrapper) {
            real = (HttpServletResponse) wrapper.getResponse();
        }
        real.getOutputStream().write('x');
        real.flushBuffer();
    }

    @PostMapping("/long")
    public byte[] tooLong() {
        book();
        return new byte[5 << 20];
    }

    @PostMapping("/elsewhere")
    public ResponseEntity<Void> elsewhere() {
        book();
        return ResponseEntity.status(HttpStatus.SEE_OTHER)
                .location(URI.create("/booked"))
                .build();
    }

    @PostMapping("/redirect")
    public void redirected(HttpServletResponse response) throws IOException {
        book();
        response.sendRedirect("/booked");
    }

    @PostMapping("/callable")
    public Callable<String> callable() {
        return () -> {
            book();
            return "booked";
        };
    }

    @PostMapping("/deferred")
    public DeferredResult<String> deferred() {
        book();
        DeferredResult<String> result = new DeferredResult<>();
        result.setResult("booked");
        return result;
    }

    @PostMapping("/emitter")
    public SseEmitter emitter() {
        book();
        return new SseEmitter();
    }

    @PostMapping("/streaming")
    public StreamingResponseBody streaming() {
        return out -> book();
    }
}
