package io.tallystick.spring;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.client.RestClient;

/** The shop: pays from an account of its own and has points booked in the other service, in one transaction. */
class Sales {

    private final JdbcTemplate accounts;
    private final RestClient points;

    Sales(JdbcTemplate accounts, TransactionalCalls calls, @Value("${points.url}") String url) {
        this.accounts = accounts;
        JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory();
        requests.setReadTimeout(java.time.Duration.ofSeconds(20));
        this.points = RestClient.builder()
                .requestFactory(requests)
                .baseUrl(url)
                .requestInterceptor(calls.to("points"))
                .build();
    }

    @Transactional
    public String pay(String path) {
        accounts.update("UPDATE account SET amount = amount - 30 WHERE id = 1");
        return String.valueOf(points.post().uri(path).retrieve().body(String.class));
    }

    /** Goes on whatever the other service answers. */
    @Transactional
    public void payWhateverComes(String path) {
        accounts.update("UPDATE account SET amount = amount - 30 WHERE id = 1");
        try {
            points.post().uri(path).retrieve().toBodilessEntity();
        } catch (RuntimeException swallowed) {
            // the transaction must be doomed all the same
        }
    }

    @Transactional
    public void payAndThrow(String path) {
        pay(path);
        throw new IllegalStateException("changed its mind");
    }

    public String callOutsideOfATransaction(String path) {
        return String.valueOf(points.post().uri(path).retrieve().body(String.class));
    }
}
