package io.tallystick.examples.service;

import io.tallystick.saga.SagaFlow.SagaNews;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the person in charge; here by a line in the log. */
public final class Alarm {

    private static final Logger LOG = LoggerFactory.getLogger(Alarm.class);

    private Alarm() {}

    /** A saga waits for somebody. */
    public static void ring(SagaNews<?> news) {
        LOG.warn("{} {} waits for a person: {}", news.type(), news.businessKey(), news.reason());
    }
}
