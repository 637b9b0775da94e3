import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The club system that cannot be described: a folder of CSV files that a program of 1998 keeps at the desk. It knows nothing of
 * the Connector, so what the bridge has to remember stands in columns and a file of its own.
 *
 * <p>Every change is written beside, forced to the disk and put in place in one step: after the answer it is there, whatever
 * happens, and the desk never sees half a file.
 */
final class ClubFile {
    /** What the desk knows of somebody, and nothing else goes there. */
    private static final List<String> FIELDS = List.of(
        "kind", "first_name", "last_name", "email", "mobile", "home_phone", "address1", "city", "zipcode", "owner_id", "lead_source_id");
    private static final List<String> COLUMNS = columns();

    private final Path people;
    private final Path seen;
    private final Path staff;
    private final Path sources;

    ClubFile(Path folder) {
        people = folder.resolve("people.csv");
        seen = folder.resolve("bridge-seen.csv");
        staff = folder.resolve("staff.csv");
        sources = folder.resolve("lead-sources.csv");
    }

    private static List<String> columns() {
        List<String> columns = new ArrayList<>(List.of("number", "connector_id"));
        columns.addAll(FIELDS);
        return columns;
    }

    /** A record's number, and whether it was made just now. */
    record Saved(String number, boolean made) {}

    /** Saves the person with this id of the Connector's: the same call twice leaves one record. */
    synchronized Saved save(String connectorId, Map<String, String> changes) throws IOException {
        List<Map<String, String>> all = Csv.read(people);
        Map<String, String> record = first(all, "connector_id", connectorId);
        boolean made = false;
        if (record == null && changes.get("id") != null) {
            record = first(all, "number", changes.get("id"));
            if (record == null) {
                throw Bridge.Refusal.gone(changes.get("id"));
            }
        }
        if (record == null) {
            record = make(all, changes);
            made = true;
        }
        record.put("connector_id", connectorId);
        for (String field : FIELDS) {
            if (changes.containsKey(field)) {
                record.put(field, known(field, changes.get(field)));
            }
        }
        // What we write ourselves is no news: it is noted as seen before it is there.
        Map<String, String> noted = seenNow(all);
        noted.put(record.get("number"), content(record) + "|");
        writeSeen(noted);
        Csv.write(people, COLUMNS, all);
        return new Saved(record.get("number"), made);
    }

    private Map<String, String> make(List<Map<String, String>> all, Map<String, String> changes) {
        for (String field : List.of("first_name", "last_name", "kind")) {
            if (changes.get(field) == null || changes.get(field).isBlank()) {
                throw new Bridge.Refusal(field, "the desk's program keeps nobody without " + field.replace('_', ' '));
            }
        }
        int highest = 1000;
        for (Map<String, String> other : all) {
            highest = Math.max(highest, Integer.parseInt(other.get("number")));
            boolean same = same(other, changes, "first_name") && same(other, changes, "last_name") && same(other, changes, "email");
            if (same && other.get("connector_id").isEmpty()) {
                throw Bridge.Refusal.known(other.get("number"));
            }
        }
        Map<String, String> record = new LinkedHashMap<>();
        COLUMNS.forEach(column -> record.put(column, ""));
        record.put("number", String.valueOf(highest + 1));
        all.add(record);
        return record;
    }

    private static boolean same(Map<String, String> record, Map<String, String> changes, String field) {
        return record.get(field).equalsIgnoreCase(changes.getOrDefault(field, "") == null ? "" : changes.getOrDefault(field, ""));
    }

    /** A value as the desk keeps it; staff and lead sources must be theirs. */
    private String known(String field, String value) throws IOException {
        if (value == null) {
            return "";
        }
        boolean refers = field.equals("owner_id") || field.equals("lead_source_id");
        Path list = field.equals("owner_id") ? staff : sources;
        if (refers && first(Csv.read(list), "number", value) == null) {
            throw new Bridge.Refusal(field, value + " is not in " + list.getFileName());
        }
        return value;
    }

    synchronized List<Map<String, Object>> find(Map<String, String> query) throws IOException {
        List<Map<String, Object>> found = new ArrayList<>();
        for (Map<String, String> record : Csv.read(people)) {
            boolean fits = fits(query, "external_id", record.get("connector_id")) && fits(query, "email", record.get("email"))
                && fits(query, "last_name", record.get("last_name")) && fits(query, "mobile", record.get("mobile"));
            if (fits && !query.isEmpty()) {
                found.add(shown(record));
            }
        }
        return found;
    }

    private static boolean fits(Map<String, String> query, String name, String value) {
        String wanted = query.get(name);
        if (wanted == null || wanted.isEmpty()) {
            return true;
        }
        return name.equals("mobile")
            ? value.replaceAll("\\D", "").equals(wanted.replaceAll("\\D", "")) : value.equalsIgnoreCase(wanted.trim());
    }

    /** Who was changed at the desk since an instant. The desk keeps no times, so each look compares with what was seen before. */
    synchronized List<Map<String, Object>> changedSince(Instant since) throws IOException {
        List<Map<String, String>> all = Csv.read(people);
        Map<String, String> noted = seenNow(all);
        writeSeen(noted);
        List<Map<String, Object>> changed = new ArrayList<>();
        for (Map<String, String> record : all) {
            String at = noted.get(record.get("number")).replaceFirst("^.*\\|", "");
            if (!at.isEmpty() && !Instant.parse(at).isBefore(since)) {
                changed.add(shown(record));
            }
        }
        return changed;
    }

    /** By number what a record held and when that was first seen; `content|time`, without a time where the bridge wrote it. */
    private Map<String, String> seenNow(List<Map<String, String>> all) throws IOException {
        Map<String, String> noted = new LinkedHashMap<>();
        Csv.read(seen).forEach(row -> noted.put(row.get("number"), row.get("content") + "|" + row.get("since")));
        for (Map<String, String> record : all) {
            String before = noted.get(record.get("number"));
            if (before == null || !before.startsWith(content(record) + "|")) {
                noted.put(record.get("number"), content(record) + "|" + Instant.now());
            }
        }
        return noted;
    }

    private void writeSeen(Map<String, String> noted) throws IOException {
        List<Map<String, String>> rows = new ArrayList<>();
        noted.forEach((number, what) -> {
            int bar = what.indexOf('|');
            rows.add(Map.of("number", number, "content", what.substring(0, bar), "since", what.substring(bar + 1)));
        });
        Csv.write(seen, List.of("number", "content", "since"), rows);
    }

    private static String content(Map<String, String> record) {
        StringBuilder content = new StringBuilder();
        FIELDS.forEach(field -> content.append(record.get(field)).append('\n'));
        return Integer.toHexString(content.toString().hashCode()) + "-" + content.length();
    }

    private static Map<String, Object> shown(Map<String, String> record) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", record.get("number"));
        shown.put("external_id", record.get("connector_id").isEmpty() ? null : record.get("connector_id"));
        for (String field : FIELDS) {
            shown.put(field, record.get(field).isEmpty() ? null : record.get(field));
        }
        return shown;
    }

    List<Map<String, Object>> staff(String email) throws IOException {
        List<Map<String, Object>> found = new ArrayList<>();
        for (Map<String, String> one : Csv.read(staff)) {
            if (email == null || one.get("email").equalsIgnoreCase(email.trim())) {
                found.add(Map.of("id", one.get("number"), "first_name", one.get("first_name"), "last_name", one.get("last_name"),
                    "email", one.get("email"), "active", true));
            }
        }
        return found;
    }

    List<Map<String, Object>> leadSources() throws IOException {
        List<Map<String, Object>> found = new ArrayList<>();
        for (Map<String, String> one : Csv.read(sources)) {
            found.add(Map.of("id", one.get("number"), "name", one.get("name"), "active", true));
        }
        return found;
    }

    synchronized String newLeadSource(Map<String, String> given) throws IOException {
        String name = given.get("name");
        if (name == null || name.isBlank()) {
            throw new Bridge.Refusal("name", "a lead source needs a name");
        }
        List<Map<String, String>> all = Csv.read(sources);
        Map<String, String> known = first(all, "name", name);
        if (known != null) {
            return known.get("number");
        }
        String number = String.valueOf(all.stream().mapToInt(one -> Integer.parseInt(one.get("number"))).max().orElse(0) + 1);
        all.add(Map.of("number", number, "name", name));
        Csv.write(sources, List.of("number", "name"), all);
        return number;
    }

    private static Map<String, String> first(List<Map<String, String>> all, String column, String value) {
        return all.stream().filter(one -> one.get(column).equalsIgnoreCase(value)).findFirst().orElse(null);
    }

    /** Writes a file beside, forces it to the disk, and puts it in place. */
    static void replace(Path file, String text) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        }
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
