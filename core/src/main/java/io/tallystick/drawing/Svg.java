package io.tallystick.drawing;

/** Writes a small SVG picture that follows the reader's light or dark setting. Lives on one thread. */
public final class Svg {

    private static final String STYLE = """
            <style>
            text{font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#1d2433;font-size:14px}
            .name,.head,.title,.mark{font-weight:600}.title{font-size:18px}.head,.quiet,.mark,.back{font-size:12px}.tiny,.goal{font-size:11px}
            .ground{fill:#fff}.alt{fill:#f4f6fa}.cell{fill:#e3ebfb}.quiet,.tiny{fill:#5b6577}.mark{fill:#1f6f5c}.back{fill:#b4472e}.goal{fill:#27498f}
            .box{fill:#f4f6fa;stroke:#c3cad6;stroke-width:1.5}.pivot{fill:#e3f3ee;stroke:#1f6f5c;stroke-width:2.5}
            .line{fill:none;stroke:#8a94a6;stroke-width:1.75}.tip{fill:#8a94a6}
            .undo{fill:none;stroke:#b4472e;stroke-width:1.75;stroke-dasharray:5 4}.undotip{fill:#b4472e}
            @media (prefers-color-scheme:dark){
            text{fill:#e7ebf3}.ground{fill:#12161f}.alt{fill:#1a202c}.cell{fill:#1f2e50}.quiet,.tiny{fill:#9aa5b8}.mark{fill:#6fd0b5}.back{fill:#f08b6f}.goal{fill:#b3ccff}
            .box{fill:#1c2230;stroke:#3a445a}.pivot{fill:#17352f;stroke:#6fd0b5}.line{stroke:#748099}.tip{fill:#748099}.undo{stroke:#f08b6f}.undotip{fill:#f08b6f}}
            </style>
            <defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 0 8 4 0 8z"/></marker>
            <marker id="undoes" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path class="undotip" d="M0 0 8 4 0 8z"/></marker></defs>
            """;

    private final StringBuilder svg = new StringBuilder();

    public Svg(int width, int height, String title, String description) {
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
                .append(width)
                .append(' ')
                .append(height)
                .append("\" width=\"")
                .append(width)
                .append("\" height=\"")
                .append(height)
                .append("\" role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">");
        svg.append(escape(title)).append("</title>\n<desc id=\"desc\">").append(escape(description));
        svg.append("</desc>\n").append(STYLE);
        svg.append("<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
    }

    public Svg box(String type, int x, int y, int width, int height, int radius) {
        svg.append("<rect class=\"")
                .append(type)
                .append("\" x=\"")
                .append(x)
                .append("\" y=\"")
                .append(y);
        svg.append("\" width=\"").append(width).append("\" height=\"").append(height);
        svg.append("\" rx=\"").append(radius).append("\"/>\n");
        return this;
    }

    public Svg fill(String type, int x, int y, int width, int height) {
        svg.append("<rect class=\"")
                .append(type)
                .append("\" x=\"")
                .append(x)
                .append("\" y=\"")
                .append(y);
        svg.append("\" width=\"")
                .append(width)
                .append("\" height=\"")
                .append(height)
                .append("\" rx=\"4\"/>\n");
        return this;
    }

    public Svg text(String type, int x, int y, String words) {
        return text(type, "start", x, y, words);
    }

    public Svg text(String type, String anchor, int x, int y, String words) {
        svg.append("<text class=\"").append(type).append("\" text-anchor=\"").append(anchor);
        svg.append("\" x=\"").append(x).append("\" y=\"").append(y).append("\">");
        svg.append(escape(words)).append("</text>\n");
        return this;
    }

    public Svg path(String type, String marker, String d) {
        svg.append("<path class=\"").append(type).append('"');
        if (!marker.isEmpty()) {
            svg.append(" marker-end=\"url(#").append(marker).append(")\"");
        }
        svg.append(" d=\"").append(d).append("\"/>\n");
        return this;
    }

    @Override
    public String toString() {
        return svg + "</svg>\n";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
