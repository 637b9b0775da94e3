import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** CSV by RFC 4180: the first line names the columns, and a quoted value may hold anything. */
final class Csv {
    private Csv() {}

    static List<Map<String, String>> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new ArrayList<>();
        }
        List<List<String>> rows = rows(Files.readString(file, StandardCharsets.UTF_8));
        List<Map<String, String>> records = new ArrayList<>();
        for (List<String> row : rows.subList(Math.min(1, rows.size()), rows.size())) {
            Map<String, String> record = new LinkedHashMap<>();
            for (int column = 0; column < rows.get(0).size(); column++) {
                record.put(rows.get(0).get(column), column < row.size() ? row.get(column) : "");
            }
            records.add(record);
        }
        return records;
    }

    static void write(Path file, List<String> columns, List<Map<String, String>> records) throws IOException {
        StringBuilder text = new StringBuilder(String.join(",", columns)).append("\r\n");
        for (Map<String, String> record : records) {
            String before = "";
            for (String column : columns) {
                text.append(before).append(quoted(record.getOrDefault(column, "")));
                before = ",";
            }
            text.append("\r\n");
        }
        ClubFile.replace(file, text.toString());
    }

    private static String quoted(String value) {
        return value.matches("[^\",\r\n]*") ? value : '"' + value.replace("\"", "\"\"") + '"';
    }

    private static List<List<String>> rows(String text) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        boolean quoted = false;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (quoted && c == '"' && at + 1 < text.length() && text.charAt(at + 1) == '"') {
                value.append(text.charAt(++at));
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == ',' || c == '\n')) {
                row.add(value.toString());
                value.setLength(0);
                if (c == '\n') {
                    rows.add(row);
                    row = new ArrayList<>();
                }
            } else if (quoted || c != '\r') {
                value.append(c);
            }
        }
        if (value.length() > 0 || !row.isEmpty()) {
            row.add(value.toString());
            rows.add(row);
        }
        return rows;
    }
}
