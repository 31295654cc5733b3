import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Prints the table of a test run from the surefire reports below the working directory: {@code
 * ./test} calls it. Exit status 1 if a test failed, if none passed, or if it is told of a failure.
 */
final class Summary {
  private static final List<String> KINDS = List.of("DEFAULT", "TMPFS", "EXT4", "XFS", "BTRFS");
  private static final Pattern ON_KIND = Pattern.compile("\\[(" + String.join("|", KINDS) + ")\\]");
  private static final String SYSTEMS = "file system (part of the above)";

  private final Map<String, Counts> suites = new TreeMap<>();
  private final Map<String, Counts> systems = new LinkedHashMap<>();
  private final Counts total = new Counts();
  private final Map<String, Integer> reasons = new LinkedHashMap<>();
  private final List<String> failures = new ArrayList<>();

  private Summary() {
    KINDS.forEach(kind -> systems.put(kind, new Counts()));
  }

  /**
   * Reads and prints.
   *
   * @param arguments the title, and what failed outside of tests
   */
  public static void main(String[] arguments) throws Exception {
    Summary summary = new Summary();
    for (Path report : reports()) {
      summary.read(report);
    }
    List<String> others = List.of(arguments).subList(1, arguments.length);
    summary.print(arguments[0], others);
    Counts total = summary.total;
    System.exit(others.isEmpty() && total.failed == 0 && total.passed > 0 ? 0 : 1);
  }

  private static TreeSet<Path> reports() throws IOException {
    TreeSet<Path> found = new TreeSet<>();
    Files.walkFileTree(
        Path.of(""),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes unused) {
            String name = directory.getFileName().toString();
            return name.startsWith(".") || name.equals("src")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes unused) {
            String name = file.getFileName().toString();
            if (name.startsWith("TEST-")
                && name.endsWith(".xml")
                && file.getParent() != null
                && file.getParent().endsWith(Path.of("target", "surefire-reports"))) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  private void read(Path report) throws IOException, XMLStreamException {
    String module = report.toString().split(Pattern.quote(File.separator + "target"))[0];
    XMLInputFactory factory = XMLInputFactory.newInstance();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    try (InputStream stream = Files.newInputStream(report)) {
      XMLStreamReader xml = factory.createXMLStreamReader(stream);
      while (xml.hasNext()) {
        if (xml.next() == XMLStreamConstants.START_ELEMENT
            && xml.getLocalName().equals("testcase")) {
          readCase(module, xml);
        }
      }
    }
  }

  private void readCase(String module, XMLStreamReader xml) throws XMLStreamException {
    String className = attribute(xml, "classname", "?");
    String name = attribute(xml, "name", "?");
    String suite = module + " " + className.replaceFirst("^io\\.persistentmap\\.", "");
    boolean failed = false;
    String skipped = null;
    while (!(xml.next() == XMLStreamConstants.END_ELEMENT
        && xml.getLocalName().equals("testcase"))) {
      if (xml.isStartElement()) {
        String child = xml.getLocalName();
        failed |= child.equals("failure") || child.equals("error");
        if (child.equals("skipped")) {
          skipped = reason(xml);
        }
      }
    }
    count(suites.computeIfAbsent(suite, key -> new Counts()), failed, skipped);
    count(total, failed, skipped);
    Matcher kind = ON_KIND.matcher(name);
    if (kind.find()) {
      count(systems.get(kind.group(1)), failed, skipped);
    }
    if (failed) {
      failures.add(suite + " " + name);
    } else if (skipped != null) {
      reasons.merge(skipped, 1, Integer::sum);
    }
  }

  private static String attribute(XMLStreamReader xml, String name, String other) {
    String value = xml.getAttributeValue(null, name);
    return value == null ? other : value;
  }

  /** Returns the first line of why a test was skipped. */
  private static String reason(XMLStreamReader xml) throws XMLStreamException {
    String message = attribute(xml, "message", "");
    String text = message.isEmpty() ? xml.getElementText() : message;
    return text.lines()
        .findFirst()
        .orElse("no reason given")
        .replaceFirst("^org\\.opentest4j\\.TestAbortedException: ", "");
  }

  private static void count(Counts counts, boolean failed, String skipped) {
    if (failed) {
      counts.failed++;
    } else if (skipped != null) {
      counts.skipped++;
    } else {
      counts.passed++;
    }
  }

  private void print(String title, List<String> others) {
    int width = suites.keySet().stream().mapToInt(String::length).max().orElse(0);
    String row = "  %-" + Math.max(width, SYSTEMS.length()) + "s %7s %7s %7s%n";
    System.out.printf("%n%s%n", title);
    System.out.printf(row, "suite", "run", "skipped", "failed");
    suites.forEach((name, counts) -> counts.print(row, name));
    total.print(row, "total");
    System.out.printf(row, SYSTEMS, "run", "skipped", "failed");
    systems.forEach((name, counts) -> counts.print(row, name));
    reasons.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .forEach(e -> System.out.printf("  skipped %d: %s%n", e.getValue(), e.getKey()));
    failures.forEach(failure -> System.out.println("  FAILED " + failure));
    others.forEach(other -> System.out.println("  BUILD FAILED: " + other));
    if (total.passed + total.failed + total.skipped == 0) {
      System.out.println("  NO TESTS RAN");
    }
    System.out.printf(
        "%d passed, %d failed, %d skipped%n", total.passed, total.failed, total.skipped);
  }

  /** What became of some tests. */
  private static final class Counts {
    private int passed;
    private int failed;
    private int skipped;

    private void print(String row, String name) {
      System.out.printf(row, name, passed + failed, skipped, failed);
    }
  }
}
