"""``python -m faqsuggest``: the command line without the installed script."""

from faqsuggest.cli import main

raise SystemExit(main())
