--
-- PostgreSQL database dump
--

\restrict Kx7bXa9

SET statement_timeout = 0;
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TABLE public.notes (
    id integer NOT NULL,
    body text DEFAULT 'it''s; -- UP'::text,
    "odd ""name" text
);

COPY public.notes (id, body) FROM stdin;
1	a\tb\\c
2	\N
-- UP
3	$$ ' " /*
\.


ALTER TABLE ONLY public.notes ADD CONSTRAINT notes_pkey PRIMARY KEY (id);

\unrestrict Kx7bXa9
