package io.tallystick.spring;

import io.tallystick.xa.XaEngine;
import io.tallystick.xa.http.XaHttp;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.http.client.ClientHttpRequestInterceptor;

/** Transactions between services, when {@code tallystick.xa.http.keys} has a key. */
@AutoConfiguration(after = XaAutoConfiguration.class)
@Conditional(XaHttpAutoConfiguration.OnKeys.class)
public final class XaHttpAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    XaHttp xaHttp(XaProperties properties, ConfiguredResources allIsRight) {
        return XaHttp.of(PeersAndKeys.peers(properties), PeersAndKeys.keys(properties.http()));
    }

    /** Lets requests take part, and is told their end. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Server {

        /** Close to the handler: what other filters do, before and after it, is not part of the transaction. */
        static final int ORDER = Ordered.LOWEST_PRECEDENCE - 100;

        @Bean
        FilterRegistrationBean<TransactionFilter> transactionFilter(
                XaHttp http, XaEngine engine, XaProperties properties) {
            FilterRegistrationBean<TransactionFilter> filter = new FilterRegistrationBean<>(new TransactionFilter(
                    http.incoming(engine),
                    Math.toIntExact(properties.http().longestResponse().toBytes())));
            filter.setOrder(ORDER);
            return filter;
        }

        @Bean
        ServletRegistrationBean<EndpointsServlet> transactionEndpoints(
                XaHttp http, XaEngine engine, XaProperties properties) {
            return new ServletRegistrationBean<>(
                    new EndpointsServlet(http.endpoints(engine)),
                    properties.http().path() + "/*");
        }
    }

    /** Takes the transaction along when other services are called. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ClientHttpRequestInterceptor.class)
    static class Client {

        @Bean
        @ConditionalOnMissingBean
        TransactionalCalls transactionalCalls(XaHttp http, XaEngine engine, XaProperties properties) {
            return new TransactionalCalls(
                    http.outgoing(engine), properties.http().peers().keySet());
        }
    }

    static final class OnKeys extends SpringBootCondition {
        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            Binder binder = Binder.get(context.getEnvironment());
            boolean service = binder.bind("tallystick.xa.service", String.class).isBound();
            boolean keys = binder.bind("tallystick.xa.http.keys", Bindable.mapOf(String.class, String.class))
                    .isBound();
            ConditionMessage.Builder message = ConditionMessage.forCondition("Transactions between services");
            return service && keys
                    ? ConditionOutcome.match(message.because("tallystick.xa.http.keys has a key"))
                    : ConditionOutcome.noMatch(
                            message.because("tallystick.xa.service or tallystick.xa.http.keys is not set"));
        }
    }
}
