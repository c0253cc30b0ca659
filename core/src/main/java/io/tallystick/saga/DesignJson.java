package io.tallystick.saga;

import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Reports of the design help as JSON for tools; the names are those of the records. */
final class DesignJson {

    private static final ObjectMapper MAPPER = JsonMapper.builder().build();

    private DesignJson() {}

    static String write(Object report) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(report);
    }
}
