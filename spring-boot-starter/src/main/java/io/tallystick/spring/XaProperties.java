package io.tallystick.spring;

import java.net.URI;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;

/**
 * Two-phase commit of one service, under {@code tallystick.xa}. No password and no key shows in {@link #toString()}.
 *
 * @param service name that all replicas of this service share; two-phase commit is configured when it is given
 * @param node a name for this process that stays over restarts, so that its peers need not wait for its lease; not needed for safety
 * @param timeout of a transaction that names none, in seconds where no unit is given, as in {@code @Transactional}; 30 s
 * @param resources databases that take part, by name; beans of type {@link io.tallystick.xa.BranchDriver} take part too
 * @param decisions where decisions are kept
 * @param dataSource name of the resource whose connections are the application's DataSource; none when it is not given
 * @param http the services that this one shares transactions with
 */
@ConfigurationProperties("tallystick.xa")
public record XaProperties(
        String service,
        @Nullable String node,

        @DefaultValue("30s") @DurationUnit(ChronoUnit.SECONDS)
        Duration timeout,

        @DefaultValue Map<String, Resource> resources,
        @DefaultValue Decisions decisions,
        @Nullable String dataSource,
        @DefaultValue Http http) {

    public XaProperties {
        resources = Collections.unmodifiableMap(new LinkedHashMap<>(resources));
    }

    /**
     * A database.
     *
     * @param url jdbc:postgresql:, jdbc:mariadb: or jdbc:mysql:
     * @param connections that carry branches, at most; 10
     */
    public record Resource(
            String url,
            String username,
            @DefaultValue("") String password,
            @DefaultValue("10") int connections) {

        @Override
        public String toString() {
            return "Resource[username=" + username + ", connections=" + connections + "]";
        }
    }

    /**
     * The table of decisions. It must keep what it acknowledged through a failover: let its database replicate synchronously.
     *
     * @param in name of the resource in whose database it lies; the only resource when it is not given
     * @param createTables installs missing tables at the start; false, because the user of an application seldom may
     */
    public record Decisions(
            @Nullable String in, @DefaultValue("false") boolean createTables) {}

    /**
     * Transactions between services: on when there is a key.
     *
     * @param path where the peers find this service's endpoints, below the context path; /tally/xa
     * @param peers base URI of each other service's endpoints, by its name, for instance {@code http://points:8080/tally/xa}
     * @param keys secrets shared by the services, by id: at least 16 random characters each, for instance from: openssl rand -hex 32
     * @param signingKey id of the key that signs, when there are several; all verify
     * @param longestResponse a response within a transaction is held back until the vote stands in its header, so it must fit into
     *     memory; 4 MB
     */
    public record Http(
            @DefaultValue("/tally/xa") String path,
            @DefaultValue Map<String, URI> peers,
            @DefaultValue Map<String, String> keys,
            @Nullable String signingKey,
            @DefaultValue("4MB") DataSize longestResponse) {

        @Override
        public String toString() {
            return "Http[path=" + path + ", peers=" + peers + ", keys=" + keys.keySet() + ", signingKey=" + signingKey
                    + ", longestResponse=" + longestResponse + "]";
        }
    }
}
